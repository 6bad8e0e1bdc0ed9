// SPDX-License-Identifier: GPL-2.0-only
//! The hypervisor's own IP stack: smoltcp on a port of a virtual switch. It answers pings, gets an address by DHCP or by
//! hand, and opens no port of TCP or UDP by itself.
//!
//! There is one, at most, and it begins when somebody asks for it ([`up`]). An orphan vCPU runs it; others ask it under a
//! mutex. Frames that come are copied into a queue of [`QUEUE`] frames, and lost where that is full.
#![cfg_attr(not(test), no_std)]
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

extern crate alloc;

mod device;
mod error;
mod ping;
#[cfg(test)]
mod tests;

pub use device::QUEUE;
pub use error::{Error, Result};
pub use smoltcp::wire::{Ipv4Address, Ipv4Cidr};

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::AtomicBool;
use core::sync::atomic::Ordering::{Acquire, Release};
use device::{Inbox, SwitchPort};
use io::net::port::PortConfig;
use io::net::{Mac, Port, Switch, switch};
use kernel::sched::{self, Params};
use kernel::sync::{Mutex, WaitQueue};
use kernel::time::now_ns;
use ping::Pings;
use smoltcp::iface::{Config, Interface, SocketHandle, SocketSet};
use smoltcp::socket::dhcpv4::{Event, Socket as Dhcp};
use smoltcp::time::Instant;
use smoltcp::wire::{EthernetAddress, IpCidr};

/// The name of the stack's port on its switch.
pub const PORT: &str = "host";
/// Nothing to do for the stack: it looks again after so long, in ns.
const IDLE_NS: u64 = 60 * kernel::time::NS_PER_SEC;

/// Where the address comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// There is none.
    None,
    /// Somebody gave it.
    Static,
    /// DHCP is asked; with whether it has answered.
    Dhcp {
        /// There is a lease.
        bound: bool,
    },
}

/// How the stack is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// The switch that it is at.
    pub switch: alloc::string::String,
    /// Its address of Ethernet.
    pub mac: Mac,
    /// Its address and the network's prefix.
    pub address: Option<Ipv4Cidr>,
    /// Where what is not in the network goes.
    pub gateway: Option<Ipv4Address>,
    /// Where the address comes from.
    pub mode: Mode,
    /// Frames that were lost, since the stack had no room for them.
    pub lost: u64,
}

/// The stack as smoltcp has it.
struct Inner {
    device: SwitchPort,
    interface: Interface,
    sockets: SocketSet<'static>,
    dhcp: Option<SocketHandle>,
    pings: Pings,
    mode: Mode,
    gateway: Option<Ipv4Address>,
}

/// The stack.
struct Stack {
    switch: Arc<Switch>,
    port: Arc<Port>,
    mac: Mac,
    inbox: Arc<Inbox>,
    inner: Mutex<Inner>,
    /// Answers to pings came.
    answered: WaitQueue,
    closed: AtomicBool,
}

static STACK: Mutex<Option<Arc<Stack>>> = Mutex::new(None);

fn stack() -> Result<Arc<Stack>> {
    STACK.lock().clone().ok_or(Error::Down)
}

fn now() -> Instant {
    Instant::from_micros((now_ns() / 1000).cast_signed())
}

/// Attaches the stack to a switch, which is made if there is none of this name. It has no address then. Context: orphan vCPUs;
/// may sleep.
///
/// # Errors
/// It is up already, the switch has no room for a port, or memory is short.
pub fn up(name: &str) -> Result<()> {
    let mut place = STACK.lock();
    if let Some(stack) = &*place {
        return Err(Error::Up { switch: stack.switch.name().into() });
    }
    let mac = Mac::random();
    let inbox = Arc::new(Inbox::new(mac)?);
    let switch = switch::find_or_make(name);
    let port = switch.attach(PortConfig::new(PORT), inbox.clone())?;
    let mut device = SwitchPort::new(switch.clone(), port.clone(), inbox.clone());
    let mut config = Config::new(EthernetAddress(mac.0).into());
    let mut seed = [0; 8];
    kernel::random::fill(&mut seed);
    config.random_seed = u64::from_ne_bytes(seed);
    let interface = Interface::new(config, &mut device, now());
    let mut sockets = SocketSet::new(Vec::new());
    let pings = Pings::new(&mut sockets);
    let inner = Inner { device, interface, sockets, dhcp: None, pings, mode: Mode::None, gateway: None };
    let stack = Arc::new(Stack {
        switch,
        port,
        mac,
        inbox,
        inner: Mutex::new(inner),
        answered: WaitQueue::new(),
        closed: AtomicBool::new(false),
    });
    let runner = stack.clone();
    if let Err(error) = sched::spawn("net", Params::default(), move || runner.run()) {
        stack.switch.detach(&stack.port);
        return Err(error.into());
    }
    *place = Some(stack);
    Ok(())
}

/// Attaches the stack to a switch with what the board says of its address: nothing, then it stays off; `dhcp`; or
/// `ADDRESS/PREFIX` with a `,GATEWAY` that may be left out. Context: orphan vCPUs; may sleep.
///
/// # Errors
/// That is no address; or as for [`up`] and [`set_address`].
pub fn start(switch: &str, address: &str) -> Result<()> {
    match address {
        "" => return Ok(()),
        "dhcp" => {
            up(switch)?;
            return use_dhcp();
        }
        _ => {}
    }
    let wrong = || Error::Text { found: address.into() };
    let (own, gateway) = match address.split_once(',') {
        Some((own, gateway)) => (own, Some(gateway.trim().parse().map_err(|_| wrong())?)),
        None => (address, None),
    };
    let own = own.trim().parse().map_err(|()| wrong())?;
    up(switch)?;
    set_address(own, gateway)
}

/// Takes the stack off its switch, and its address with it. Context: orphan vCPUs; may sleep.
///
/// # Errors
/// It is not up.
pub fn down() -> Result<()> {
    let stack = STACK.lock().take().ok_or(Error::Down)?;
    stack.switch.detach(&stack.port);
    stack.closed.store(true, Release);
    stack.inbox.kick();
    stack.answered.wake_all();
    Ok(())
}

/// Gives the stack an address, and a way out of its network. A lease is given up. Context: orphan vCPUs; may sleep.
///
/// # Errors
/// It is not up, the address is not a station's, or the gateway is not in its network.
pub fn set_address(address: Ipv4Cidr, gateway: Option<Ipv4Address>) -> Result<()> {
    let ip = address.address();
    if ip.is_multicast() || ip.is_broadcast() || ip.is_unspecified() || ip.is_loopback() {
        return Err(Error::Address { found: address });
    }
    if let Some(gateway) = gateway.filter(|gateway| !address.contains_addr(gateway)) {
        return Err(Error::Gateway { found: gateway, network: address });
    }
    let stack = stack()?;
    let mut inner = stack.inner.lock();
    inner.end_dhcp();
    inner.set(Some(address), gateway)?;
    inner.mode = Mode::Static;
    drop(inner);
    stack.inbox.kick();
    Ok(())
}

/// Asks for an address by DHCP, from now on. Context: orphan vCPUs; may sleep.
///
/// # Errors
/// The stack is not up.
pub fn use_dhcp() -> Result<()> {
    let stack = stack()?;
    let mut inner = stack.inner.lock();
    inner.end_dhcp();
    inner.set(None, None)?;
    inner.dhcp = Some(inner.sockets.add(Dhcp::new()));
    inner.mode = Mode::Dhcp { bound: false };
    drop(inner);
    stack.inbox.kick();
    Ok(())
}

/// How the stack is. Context: orphan vCPUs; may sleep.
///
/// # Errors
/// It is not up.
pub fn status() -> Result<Status> {
    let stack = stack()?;
    let inner = stack.inner.lock();
    let address = inner.address();
    Ok(Status {
        switch: stack.switch.name().into(),
        mac: stack.mac,
        address,
        gateway: inner.gateway,
        mode: inner.mode,
        lost: stack.port.statistics().lost(),
    })
}

/// Sends an echo request and waits for the answer; the time that it took in ns, `None` if it did not come within `timeout_ns`.
/// Context: orphan vCPUs; sleeps.
///
/// # Errors
/// The stack is not up, has no address, no way to there, or too many requests wait.
pub fn ping(to: Ipv4Address, timeout_ns: u64) -> Result<Option<u64>> {
    let stack = stack()?;
    let sequence = {
        let mut inner = stack.inner.lock();
        let address = inner.address().ok_or(Error::NoAddress)?;
        if inner.gateway.is_none() && !address.contains_addr(&to) {
            return Err(Error::NoRoute { to });
        }
        let Inner { pings, sockets, .. } = &mut *inner;
        pings.send(sockets, to)?
    };
    stack.inbox.kick();
    let mut answer = None;
    stack.answered.wait_until_timeout(timeout_ns, || {
        answer = stack.inner.lock().pings.answer(sequence);
        answer.is_some() || stack.closed.load(Acquire)
    });
    stack.inner.lock().pings.forget(sequence);
    Ok(answer)
}

impl Stack {
    /// The vCPU `net`.
    fn run(&self) {
        while !self.closed.load(Acquire) {
            let (delay, answers) = {
                let mut inner = self.inner.lock();
                let answers = inner.poll();
                (inner.delay_ns(), answers)
            };
            if answers {
                self.answered.wake_all();
            }
            self.inbox.wait(delay);
        }
    }
}

impl Inner {
    /// Handles what came and sends what is due; whether answers to pings were among it.
    fn poll(&mut self) -> bool {
        self.interface.poll(now(), &mut self.device, &mut self.sockets);
        self.follow_dhcp();
        self.pings.receive(&mut self.sockets)
    }

    /// When there is something to do again, if nothing comes.
    fn delay_ns(&mut self) -> u64 {
        let delay = self.interface.poll_delay(now(), &self.sockets);
        delay.map_or(IDLE_NS, |delay| (delay.total_micros() * 1000).min(IDLE_NS))
    }

    /// Takes over what DHCP says.
    fn follow_dhcp(&mut self) {
        let Some(handle) = self.dhcp else { return };
        let lease = match self.sockets.get_mut::<Dhcp<'_>>(handle).poll() {
            None => return,
            Some(Event::Configured(config)) => Some((config.address, config.router)),
            Some(Event::Deconfigured) => None,
        };
        match lease {
            Some((address, _)) => log::info!(target: "net", "DHCP gives {address}"),
            None if self.mode == (Mode::Dhcp { bound: true }) => {
                log::warn!(target: "net", "the lease of DHCP is over")
            }
            None => {}
        }
        let (address, gateway) = lease.map_or((None, None), |(address, gateway)| (Some(address), gateway));
        match self.set(address, gateway) {
            Ok(()) => self.mode = Mode::Dhcp { bound: address.is_some() },
            Err(error) => log::error!(target: "net", "what DHCP gives is of no use: {error}"),
        }
    }

    fn address(&self) -> Option<Ipv4Cidr> {
        self.interface.ip_addrs().iter().find_map(|address| match address {
            IpCidr::Ipv4(address) => Some(*address),
            IpCidr::Ipv6(_) => None,
        })
    }

    fn end_dhcp(&mut self) {
        if let Some(handle) = self.dhcp.take() {
            self.sockets.remove(handle);
        }
    }

    /// Has this address and no other.
    fn set(&mut self, address: Option<Ipv4Cidr>, gateway: Option<Ipv4Address>) -> Result<()> {
        let mut room = true;
        self.interface.update_ip_addrs(|all| {
            all.clear();
            if let Some(address) = address {
                room = all.push(address.into()).is_ok();
            }
        });
        let routes = self.interface.routes_mut();
        routes.remove_default_ipv4_route();
        if let Some(gateway) = gateway {
            room &= routes.add_default_ipv4_route(gateway).is_ok();
        }
        self.gateway = gateway;
        if room { Ok(()) } else { Err(Error::Full { what: "addresses or routes" }) }
    }
}
