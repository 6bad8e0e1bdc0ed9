// SPDX-License-Identifier: GPL-2.0-only
//! Host devices as ports, with a device of the tests' own.

use super::*;
use crate::net::frame::Bytes;
use crate::net::offload::Offload;
use std::sync::atomic::{AtomicBool, AtomicU32};

/// One registry for all tests.
static TURN: std::sync::Mutex<()> = std::sync::Mutex::new(());

#[derive(Default)]
struct Card {
    runs: AtomicBool,
    broken: AtomicBool,
    sent: AtomicU32,
}

impl Hardware for Card {
    fn transmit(&self, _: &Frame<'_>) -> Delivery {
        self.sent.fetch_add(1, Relaxed);
        if self.runs.load(Relaxed) { Delivery::Taken } else { Delivery::Unwanted }
    }
    fn features(&self) -> Features {
        Features::empty()
    }
    fn start(&self) -> Result<(), Fault> {
        if self.broken.load(Relaxed) {
            return Err(Fault::Io);
        }
        self.runs.store(true, Relaxed);
        Ok(())
    }
    fn stop(&self) {
        self.runs.store(false, Relaxed);
    }
    fn state(&self) -> State {
        let up = self.runs.load(Relaxed);
        State { mac: Mac([2, 0, 0, 0, 0, 9]), mtu: 1500, up, link: up, counters: Counters::default() }
    }
}

/// A guest's side.
#[derive(Default)]
struct Guest(AtomicU32);

impl Endpoint for Guest {
    fn deliver(&self, _: &Frame<'_>) -> Delivery {
        self.0.fetch_add(1, Relaxed);
        Delivery::Taken
    }
}

fn bytes() -> Vec<u8> {
    [&[0xff; 6][..], &[2, 0, 0, 0, 0, 1], &[8, 0], &[0; 46]].concat()
}

#[test]
fn a_device_is_a_port_from_attaching_to_detaching() {
    let _turn = TURN.lock().unwrap_or_else(|e| e.into_inner());
    let card = Arc::new(Card::default());
    let nic = register(card.clone());
    assert_eq!(nic.name(), "eth0");
    assert_eq!(register(Arc::new(Card::default())).name(), "eth1");
    let (bytes, guest) = (bytes(), Arc::new(Guest::default()));
    let frame = Frame::new(Bytes::Own(&bytes), Offload::default()).unwrap();
    assert_eq!(nic.receive(&frame), 0);
    assert_eq!(nic.unwanted(), 1);
    nic.attach("uplink-test").unwrap();
    assert!(nic.state().up && nic.attach("uplink-test").is_err());
    let (switch, _) = nic.port().unwrap();
    let port = switch.attach(PortConfig::new("guest"), guest.clone()).unwrap();
    assert_eq!((nic.receive(&frame), guest.0.load(Relaxed)), (1, 1));
    assert_eq!((switch.transmit(&port, &frame), card.sent.load(Relaxed)), (1, 1));
    nic.detach().unwrap();
    assert!(!nic.state().up && nic.detach().is_err() && switch.ports().len() == 1);
    list().iter().for_each(unregister);
}

#[test]
fn a_device_that_does_not_start_or_is_gone_is_no_port() {
    let _turn = TURN.lock().unwrap_or_else(|e| e.into_inner());
    let card = Arc::new(Card::default());
    let nic = register(card.clone());
    card.broken.store(true, Relaxed);
    assert!(nic.attach("broken-test").is_err() && nic.port().is_none());
    card.broken.store(false, Relaxed);
    set_uplink("broken-test");
    nic.attach_uplink().unwrap();
    assert!(nic.port().is_some());
    let second = register(Arc::new(Card::default()));
    second.attach_uplink().unwrap();
    assert!(second.port().is_none(), "only the first goes there by itself");
    unregister(&nic);
    assert!(nic.port().is_none() && !nic.state().up && find("eth0").is_err());
    assert!(nic.attach("broken-test").is_err());
    list().iter().for_each(unregister);
    *UPLINK.lock() = None;
}
