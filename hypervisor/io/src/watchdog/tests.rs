// SPDX-License-Identifier: GPL-2.0-only
//! A watchdog that notes what is done to it.

use super::*;
use std::sync::Mutex as StdMutex;

#[derive(Default)]
struct Chip {
    calls: Vec<&'static str>,
    timeout: u32,
    pretimeout: u32,
    running: bool,
    locked: bool,
    stoppable: bool,
}

#[derive(Clone)]
struct Fake(Arc<StdMutex<Chip>>);

impl Fake {
    fn new(timeout: u32) -> Self {
        Self(Arc::new(StdMutex::new(Chip { timeout, stoppable: true, ..Chip::default() })))
    }
    fn calls(&self) -> Vec<&'static str> {
        core::mem::take(&mut self.0.lock().unwrap().calls)
    }
}

impl Device for Fake {
    fn start(&self) -> Result<(), Fault> {
        let mut chip = self.0.lock().unwrap();
        chip.calls.push("start");
        chip.running = true;
        Ok(())
    }
    fn stop(&self) -> Result<(), Fault> {
        let mut chip = self.0.lock().unwrap();
        if !chip.stoppable {
            return Err(Fault::NotSupported);
        }
        chip.calls.push("stop");
        chip.running = false;
        Ok(())
    }
    fn ping(&self) -> Result<(), Fault> {
        self.0.lock().unwrap().calls.push("ping");
        Ok(())
    }
    fn set_timeout(&self, seconds: u32) -> Result<(), Fault> {
        // As of a device with even times only.
        self.0.lock().unwrap().timeout = seconds.next_multiple_of(2);
        Ok(())
    }
    fn timeout(&self) -> u32 {
        self.0.lock().unwrap().timeout
    }
    fn pretimeout(&self) -> u32 {
        self.0.lock().unwrap().pretimeout
    }
    fn set_pretimeout(&self, seconds: u32) -> Result<(), Fault> {
        self.0.lock().unwrap().pretimeout = seconds;
        Ok(())
    }
    fn hardware_runs(&self) -> bool {
        self.0.lock().unwrap().running
    }
    fn no_way_out(&self) -> bool {
        self.0.lock().unwrap().locked
    }
    fn restart(&self) {
        self.0.lock().unwrap().calls.push("restart");
    }
}

/// A watchdog apart from the registry and the system's work queue, which needs a scheduler.
fn dog(fake: &Fake, info: Info) -> Watchdog {
    Watchdog {
        info,
        id: 0,
        device: Arc::new(fake.clone()),
        state: Mutex::new(State::default()),
        gone: AtomicBool::new(false),
        keeper: Work::new(|| ()),
        handlers: Lock::new(Vec::new()),
    }
}

fn limits() -> Info {
    Info { name: "dog".into(), min_timeout: 1, max_timeout: 16, ..Info::default() }
}

#[test]
fn starts_pings_and_stops() {
    let fake = Fake::new(10);
    let dog = dog(&fake, limits());
    assert_eq!(dog.ping(), Err(Fault::Invalid), "does not run");
    dog.start(false).unwrap();
    dog.ping().unwrap();
    assert!(dog.is_active() && !dog.status().kept);
    dog.stop().unwrap();
    dog.stop().unwrap();
    assert_eq!(fake.calls(), ["start", "ping", "stop"]);
}

#[test]
fn time_outs_are_bounded_and_the_device_has_the_last_word() {
    let fake = Fake::new(10);
    let dog = dog(&fake, limits());
    assert_eq!(dog.set_timeout(0), Err(Fault::Range));
    assert_eq!(dog.set_timeout(17), Err(Fault::Range));
    assert_eq!(dog.set_timeout(5), Ok(6));
    assert_eq!(dog.set_pretimeout(6), Err(Fault::Range));
    assert_eq!(dog.set_pretimeout(3), Ok(()));
    assert_eq!(dog.set_timeout(2), Ok(2));
    assert_eq!(dog.status().pretimeout, 0, "it would come before the time begins");
}

#[test]
fn without_a_way_out_it_goes_on() {
    let fake = Fake::new(10);
    fake.0.lock().unwrap().locked = true;
    let dog = dog(&fake, limits());
    dog.start(false).unwrap();
    assert_eq!(dog.stop(), Err(Fault::NotPermitted));
    assert!(dog.is_active());
}

#[test]
fn the_keeper_is_needed_for_three_reasons() {
    let fake = Fake::new(10);
    let kept = |dog: &Watchdog| dog.interval(&dog.state.lock());
    let plain = dog(&fake, limits());
    assert_eq!(kept(&plain), None, "off");
    fake.0.lock().unwrap().running = true;
    assert_eq!(kept(&plain), Some(5 * NS_PER_SEC), "runs since before");
    plain.state.lock().active = true;
    assert_eq!(kept(&plain), None, "whoever started it pings");
    plain.state.lock().keep = true;
    assert_eq!(kept(&plain), Some(5 * NS_PER_SEC), "asked to");
    let short = dog(&fake, Info { max_heartbeat_ms: 4000, min_heartbeat_ms: 500, ..limits() });
    short.state.lock().active = true;
    short.state.lock().long_timeout = Some(60);
    assert_eq!(kept(&short), Some(2 * NS_PER_SEC), "the hardware waits for 4 s only");
    fake.0.lock().unwrap().timeout = 0;
    plain.state.lock().keep = true;
    assert_eq!(kept(&plain), Some(NS_PER_MS), "never a busy loop");
}

#[test]
fn pings_too_close_to_each_other_are_left_out() {
    let fake = Fake::new(10);
    let dog = dog(&fake, Info { min_heartbeat_ms: 60_000, ..limits() });
    dog.start(false).unwrap();
    dog.ping().unwrap();
    assert_eq!(fake.calls(), ["start"]);
}

#[test]
fn it_resets_the_board_and_stops_before_others_do() {
    let fake = Fake::new(10);
    let dog = dog(&fake, Info { restart_priority: Some(128), stop_on_reboot: true, ..limits() });
    dog.hook();
    dog.start(false).unwrap();
    power::announce(End::Restart);
    power::reset();
    assert_eq!(fake.calls(), ["start", "stop", "restart"]);
    dog.unregister();
    power::reset();
    assert_eq!(fake.calls(), [""; 0]);
    assert_eq!(dog.ping(), Err(Fault::NoDevice));
}
