// SPDX-License-Identifier: GPL-2.0-only
//! The stack against a station of smoltcp's own on the same switch, on the fake machine.

use super::*;
use kernel::fake::machine;
use kernel::time::{NS_PER_MS, NS_PER_SEC};
use smoltcp::socket::udp;
use smoltcp::wire::{DhcpMessageType, DhcpPacket, DhcpRepr, IpListenEndpoint};
use std::net::Ipv4Addr;

const HOST: Ipv4Address = Ipv4Addr::new(10, 9, 0, 2);
const PEER: Ipv4Address = Ipv4Addr::new(10, 9, 0, 1);

fn cidr(address: Ipv4Address) -> Ipv4Cidr {
    Ipv4Cidr::new(address, 24)
}

/// Another station, which somebody has to turn.
struct Peer {
    device: SwitchPort,
    interface: Interface,
    sockets: SocketSet<'static>,
    pings: Pings,
    server: SocketHandle,
}

impl Peer {
    fn new(switch: &str) -> Self {
        let mac = Mac::random();
        let inbox = Arc::new(Inbox::new(mac).unwrap());
        let switch = switch::find_or_make(switch);
        let port = switch.attach(PortConfig::new("peer"), inbox.clone()).unwrap();
        let mut device = SwitchPort::new(switch, port, inbox);
        let mut interface = Interface::new(Config::new(EthernetAddress(mac.0).into()), &mut device, now());
        interface.update_ip_addrs(|all| all.push(cidr(PEER).into()).unwrap());
        let mut sockets = SocketSet::new(Vec::new());
        let pings = Pings::new(&mut sockets);
        let buffer = || udp::PacketBuffer::new(vec![udp::PacketMetadata::EMPTY; 4], vec![0; 4096]);
        let mut server = udp::Socket::new(buffer(), buffer());
        server.bind(IpListenEndpoint::from(67)).unwrap();
        let server = sockets.add(server);
        Self { device, interface, sockets, pings, server }
    }

    fn turn(&mut self) -> bool {
        self.interface.poll(now(), &mut self.device, &mut self.sockets);
        self.serve();
        self.interface.poll(now(), &mut self.device, &mut self.sockets);
        self.pings.receive(&mut self.sockets)
    }

    /// Offers and gives [`HOST`] to whoever asks.
    fn serve(&mut self) {
        let socket = self.sockets.get_mut::<udp::Socket<'_>>(self.server);
        let Ok((bytes, _)) = socket.recv() else { return };
        let packet = DhcpPacket::new_checked(bytes).unwrap();
        let asked = DhcpRepr::parse(&packet).unwrap();
        let message_type = match asked.message_type {
            DhcpMessageType::Discover => DhcpMessageType::Offer,
            DhcpMessageType::Request => DhcpMessageType::Ack,
            _ => return,
        };
        let answer = DhcpRepr {
            message_type,
            transaction_id: asked.transaction_id,
            secs: 0,
            client_hardware_address: asked.client_hardware_address,
            client_ip: Ipv4Address::UNSPECIFIED,
            your_ip: HOST,
            server_ip: PEER,
            router: Some(PEER),
            subnet_mask: Some(Ipv4Addr::new(255, 255, 255, 0)),
            relay_agent_ip: Ipv4Address::UNSPECIFIED,
            broadcast: true,
            requested_ip: None,
            client_identifier: None,
            server_identifier: Some(PEER),
            parameter_request_list: None,
            dns_servers: None,
            max_size: None,
            lease_duration: Some(3600),
            renew_duration: None,
            rebind_duration: None,
            additional_options: &[],
        };
        let room = socket.send(answer.buffer_len(), (Ipv4Address::BROADCAST, 68)).unwrap();
        answer.emit(&mut DhcpPacket::new_unchecked(room)).unwrap();
    }
}

/// Turns a peer until `done`, at most ten seconds.
fn until(peer: &mut Peer, mut done: impl FnMut(&mut Peer) -> bool) {
    let end = now_ns() + 10 * NS_PER_SEC;
    while !done(peer) {
        assert!(now_ns() < end, "it does not come about");
        peer.turn();
        sched::sleep_ns(NS_PER_MS);
    }
}

/// Pings on another vCPU, while the peer is turned here.
fn ping_while_turning(peer: &mut Peer, to: Ipv4Address, timeout: u64) -> Option<u64> {
    let result = Arc::new(std::sync::Mutex::new(None));
    let there = result.clone();
    sched::spawn("pinger", Params::default(), move || {
        *there.lock().unwrap() = Some(ping(to, timeout));
    })
    .unwrap();
    until(peer, |_| result.lock().unwrap().is_some());
    result.lock().unwrap().take().unwrap().unwrap()
}

#[test]
fn it_pings_and_answers() {
    machine().run(|| {
        up("pings").unwrap();
        let mut peer = Peer::new("pings");
        set_address(cidr(HOST), None).unwrap();
        assert!(ping_while_turning(&mut peer, PEER, 5 * NS_PER_SEC).is_some());
        assert_eq!(ping_while_turning(&mut peer, Ipv4Addr::new(10, 9, 0, 77), 50 * NS_PER_MS), None);
        let Peer { pings, sockets, .. } = &mut peer;
        let sequence = pings.send(sockets, HOST).unwrap();
        until(&mut peer, |peer| peer.pings.answer(sequence).is_some());
        let status = status().unwrap();
        assert_eq!((status.address, status.gateway, status.mode), (Some(cidr(HOST)), None, Mode::Static));
        down().unwrap();
    });
}

/// Whoever waits for an answer takes the stack's mutex to look for it, which others hold and wait for.
#[test]
fn answers_come_while_others_ask_the_stack() {
    machine().run(|| {
        up("crowds").unwrap();
        let mut peer = Peer::new("crowds");
        set_address(cidr(HOST), None).unwrap();
        let over = Arc::new(AtomicBool::new(false));
        let others = [1, 2].map(|cpu| {
            let over = over.clone();
            let params = Params {
                affinity: kernel::sched::CpuMask::of(kernel::percpu::CpuId(cpu)),
                ..Params::default()
            };
            let ask = move || {
                while !over.load(Acquire) {
                    let stack = stack().unwrap();
                    let held = stack.inner.lock();
                    sched::sleep_ns(NS_PER_MS / 5);
                    drop(held);
                    stack.answered.wake_all();
                    sched::sleep_ns(NS_PER_MS / 20);
                }
            };
            sched::spawn("asker", params, ask).unwrap()
        });
        for _ in 0..50 {
            assert!(ping_while_turning(&mut peer, PEER, 5 * NS_PER_SEC).is_some());
        }
        over.store(true, Release);
        others.iter().for_each(|other| sched::join(other));
        down().unwrap();
    });
}

#[test]
fn dhcp_gives_an_address_and_a_gateway() {
    machine().run(|| {
        up("leases").unwrap();
        let mut peer = Peer::new("leases");
        set_address(cidr(Ipv4Addr::new(10, 9, 0, 9)), None).unwrap();
        use_dhcp().unwrap();
        assert_eq!(status().unwrap().mode, Mode::Dhcp { bound: false });
        until(&mut peer, |_| status().unwrap().mode == Mode::Dhcp { bound: true });
        let leased = status().unwrap();
        assert_eq!((leased.address, leased.gateway), (Some(cidr(HOST)), Some(PEER)));
        assert!(ping_while_turning(&mut peer, PEER, 5 * NS_PER_SEC).is_some());
        // By hand: the lease is given up.
        set_address(cidr(Ipv4Addr::new(10, 9, 0, 3)), None).unwrap();
        assert_eq!(status().unwrap().mode, Mode::Static);
        down().unwrap();
    });
}

#[test]
fn what_cannot_be_is_said() {
    machine().run(|| {
        let said = |result: Result<()>| result.unwrap_err().to_string();
        assert!(said(down()).contains("'net up SWITCH' first"));
        assert!(said(set_address(cidr(HOST), None)).contains("at no network"));
        up("mistakes").unwrap();
        assert!(said(up("other")).contains("at switch 'mistakes' already"));
        let ping = |to| said(super::ping(to, NS_PER_SEC).map(|_| ()));
        assert!(ping(PEER).contains("has no address"));
        assert!(said(set_address(cidr(Ipv4Addr::new(224, 0, 0, 1)), None)).contains("no station's address"));
        let far = Ipv4Addr::new(192, 168, 0, 1);
        assert!(said(set_address(cidr(HOST), Some(far))).contains("not in the network of 10.9.0.2/24"));
        set_address(cidr(HOST), None).unwrap();
        assert!(ping(far).contains("there is no gateway"));
        down().unwrap();
        // As a board says it.
        assert!(said(start("boot", "10.0.2.15")).contains("expected \"dhcp\""));
        start("boot", "").unwrap();
        assert!(status().is_err());
        start("boot", "10.9.0.2/24, 10.9.0.1").unwrap();
        assert_eq!(status().unwrap().gateway, Some(PEER));
        down().unwrap();
        start("boot", "dhcp").unwrap();
        assert_eq!(status().unwrap().mode, Mode::Dhcp { bound: false });
        down().unwrap();
        // The port is free again.
        up("mistakes").unwrap();
        down().unwrap();
    });
}

#[test]
fn more_frames_than_there_is_room_for_are_lost_and_counted() {
    use io::net::Frame;
    use io::net::frame::Bytes;
    use io::net::offload::Offload;
    machine().run(|| {
        up("floods").unwrap();
        let mut peer = Peer::new("floods");
        set_address(cidr(HOST), None).unwrap();
        let mut bytes = [0u8; 60];
        bytes[..6].copy_from_slice(&[0xff; 6]);
        bytes[6..12].copy_from_slice(&[2, 0, 0, 0, 0, 9]);
        let frame = Frame::new(Bytes::Own(&bytes), Offload::default()).unwrap();
        {
            // The stack has no turn.
            let stack = stack().unwrap();
            let _held = stack.inner.lock();
            (0..100).for_each(|_| _ = peer.device.send(&frame));
            peer.device.send(&frame.with_vid(Some(5)));
        }
        assert_eq!(status().unwrap().lost, 100 - QUEUE as u64);
        assert!(ping_while_turning(&mut peer, PEER, 5 * NS_PER_SEC).is_some());
        down().unwrap();
    });
}
