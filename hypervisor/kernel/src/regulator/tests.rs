// SPDX-License-Identifier: GPL-2.0-only
//! The framework against regulators whose hardware is a few atomics.

use super::*;
use crate::dt;
use core::sync::atomic::Ordering::SeqCst;
use std::sync::Mutex;

struct Chip {
    on: AtomicBool,
    voltage: AtomicU32,
    mode: AtomicU32,
    load: AtomicU32,
    fails: AtomicBool,
}

/// Does 1.0 V to 3.0 V in steps of 0.5 V.
struct Ops(Arc<Chip>, Caps);

const STEP: u32 = 500_000;

impl RegulatorOps for Ops {
    fn caps(&self) -> Caps {
        self.1
    }
    fn enable(&self) -> Result<()> {
        if self.0.fails.load(SeqCst) {
            return Err(Cause::Driver(5));
        }
        assert!(!self.0.on.swap(true, SeqCst), "switched on twice");
        Ok(())
    }
    fn disable(&self) -> Result<()> {
        self.0.on.store(false, SeqCst);
        Ok(())
    }
    fn is_enabled(&self) -> Result<bool> {
        Ok(self.0.on.load(SeqCst) || !self.1.contains(Caps::SWITCH))
    }
    fn voltage(&self) -> Result<u32> {
        Ok(self.0.voltage.load(SeqCst))
    }
    fn list_voltage(&self, selector: u32) -> Result<u32> {
        Ok(1_000_000 + selector * STEP)
    }
    fn map_voltage(&self, min: u32, max: u32) -> Result<u32> {
        let voltage = min.div_ceil(STEP) * STEP;
        if voltage <= max { Ok(voltage) } else { Err(Cause::Invalid) }
    }
    fn set_voltage(&self, min: u32, max: u32) -> Result<u32> {
        let voltage = self.map_voltage(min, max)?;
        self.0.voltage.store(voltage, SeqCst);
        Ok(voltage)
    }
    fn mode(&self) -> Result<u32> {
        Ok(self.0.mode.load(SeqCst))
    }
    fn set_mode(&self, mode: u32) -> Result<()> {
        self.0.mode.store(mode, SeqCst);
        Ok(())
    }
    fn set_load(&self, load: u32) -> Result<()> {
        self.0.load.store(load, SeqCst);
        Ok(())
    }
}

const SWITCH: Caps = Caps::SWITCH.union(Caps::VOLTAGE);
const SETTABLE: Caps =
    SWITCH.union(Caps::SET_VOLTAGE).union(Caps::LIST_VOLTAGE).union(Caps::SET_MODE).union(Caps::SET_LOAD);

fn make(desc: Desc, caps: Caps, constraints: Constraints) -> (Arc<Chip>, Result<Arc<Node>>) {
    let chip = Arc::new(Chip {
        on: AtomicBool::new(false),
        voltage: AtomicU32::new(1_500_000),
        mode: AtomicU32::new(0),
        load: AtomicU32::new(0),
        fails: AtomicBool::new(false),
    });
    let node = register(desc, constraints, Box::new(Ops(Arc::clone(&chip), caps)));
    (chip, node)
}

fn desc(name: &str) -> Desc {
    Desc { name: name.into(), voltages: 5, ..Desc::default() }
}

fn allowed(allowed: Allowed) -> Constraints {
    Constraints { allowed, voltage: (1_000_000, 2_500_000), ..Constraints::default() }
}

fn user(node: &Arc<Node>) -> Regulator {
    Regulator::new(node, "test", Exclusive::No).unwrap()
}

#[test]
fn on_while_one_wants_it_and_its_supply_with_it() {
    let (above_chip, above) =
        make(Desc { phandle: 0x4e60_0001, ..desc("above") }, SWITCH, allowed(Allowed::STATUS));
    let below = Desc { supply: Some(0x4e60_0001), ..desc("below") };
    let (chip, node) = make(below, SWITCH, allowed(Allowed::STATUS));
    let (above, node) = (above.unwrap(), node.unwrap());
    let [a, b] = [user(&node), user(&node)];
    a.enable().unwrap();
    a.enable().unwrap();
    b.enable().unwrap();
    assert!(chip.on.load(SeqCst) && above_chip.on.load(SeqCst));
    assert_eq!((node.uses.load(SeqCst), above.uses.load(SeqCst)), (2, 1));
    a.disable().unwrap();
    b.disable().unwrap();
    assert!(chip.on.load(SeqCst));
    a.disable().unwrap();
    assert!(!chip.on.load(SeqCst) && !above_chip.on.load(SeqCst));
    assert_eq!(a.disable(), Err(Cause::Invalid));
    chip.fails.store(true, SeqCst);
    assert_eq!(a.enable(), Err(Cause::Driver(5)));
    assert!(!above_chip.on.load(SeqCst));
    let report = list().into_iter().find(|r| r.name == "below").unwrap();
    assert_eq!((report.on, report.uses, report.supply.as_deref()), (Some(false), 0, Some("above")));
    drop((a, b));
    unregister(&node);
    assert_eq!(Regulator::new(&node, "late", Exclusive::No).err(), Some(Cause::Gone));
}

#[test]
fn what_the_board_forbids_is_refused() {
    let (chip, node) = make(desc("fixed.by.board"), SETTABLE, allowed(Allowed::empty()));
    let regulator = user(&node.unwrap());
    assert_eq!(regulator.enable(), Err(Cause::NotPermitted));
    assert_eq!(regulator.set_voltage(2_000_000, 2_000_000), Err(Cause::NotPermitted));
    assert_eq!(regulator.set_voltage(1_000_000, 1_600_000), Ok(()), "it has that already");
    assert_eq!(regulator.set_mode(2), Err(Cause::NotPermitted));
    chip.on.store(true, SeqCst);
    assert_eq!(regulator.enable(), Ok(()), "it is on already");
    regulator.disable().unwrap();
    assert!(chip.on.load(SeqCst), "nor may it be switched off");
}

#[test]
fn boards_have_regulators_on_from_the_start() {
    let always = Constraints { always_on: true, ..allowed(Allowed::STATUS) };
    let (chip, node) = make(desc("always"), SWITCH, always);
    let regulator = user(&node.unwrap());
    assert!(chip.on.load(SeqCst));
    regulator.enable().unwrap();
    regulator.disable().unwrap();
    assert!(chip.on.load(SeqCst));
    let boot = Constraints { boot_on: true, ..allowed(Allowed::STATUS) };
    let (chip, node) = make(desc("boot"), SWITCH, boot);
    let regulator = user(&node.unwrap());
    assert!(chip.on.load(SeqCst));
    regulator.enable().unwrap();
    regulator.disable().unwrap();
    assert!(!chip.on.load(SeqCst));
    let orphan = Desc { supply: Some(0x4e60_00ff), ..desc("orphan") };
    let wants = Constraints { always_on: true, ..Constraints::default() };
    assert_eq!(make(orphan.clone(), SWITCH, wants).1.err(), Some(Cause::NotYet));
    let (_, late) = make(orphan, SWITCH, allowed(Allowed::STATUS));
    let late = late.unwrap();
    assert_eq!(Regulator::new(&late, "early", Exclusive::No).err(), Some(Cause::NotYet));
    let (_, above) = make(Desc { phandle: 0x4e60_00ff, ..desc("late") }, SWITCH, allowed(Allowed::STATUS));
    user(&late).enable().unwrap();
    assert_eq!(above.unwrap().uses.load(SeqCst), 1);
}

#[test]
fn voltages_suit_all_consumers() {
    struct Ear(Mutex<Vec<Event>>, AtomicBool);
    impl Listener for Ear {
        fn notify(&self, event: &Event) -> bool {
            self.0.lock().unwrap().push(*event);
            !(self.1.load(SeqCst) && matches!(event, Event::BeforeVoltage { .. }))
        }
    }
    let (chip, node) = make(desc("volts"), SETTABLE, allowed(Allowed::VOLTAGE | Allowed::STATUS));
    let node = node.unwrap();
    assert_eq!(node.constraints().voltage, (1_000_000, 2_500_000));
    let [a, b] = [user(&node), user(&node)];
    let ear = Arc::new(Ear(Mutex::new(Vec::new()), AtomicBool::new(false)));
    node.listen(1, 0, ear.clone()).unwrap();
    a.set_voltage(1_700_000, 3_300_000).unwrap();
    assert_eq!((a.voltage(), chip.voltage.load(SeqCst)), (Ok(2_000_000), 2_000_000));
    let range = (1_700_000, 2_500_000);
    let heard = core::mem::take(&mut *ear.0.lock().unwrap());
    assert_eq!(heard, [Event::BeforeVoltage { old: 1_500_000, range }, Event::Voltage(2_000_000)]);
    b.set_voltage(2_100_000, 2_600_000).unwrap();
    assert_eq!(a.voltage(), Ok(2_500_000));
    assert_eq!(b.set_voltage(1_000_000, 1_500_000), Err(Cause::Invalid), "not for the other");
    assert_eq!(a.set_voltage(2_600_000, 3_000_000), Err(Cause::Invalid), "not on this board");
    ear.1.store(true, SeqCst);
    assert_eq!(b.set_voltage(1_800_000, 2_000_000), Err(Cause::Invalid), "somebody objects");
    assert_eq!(
        (node.list_voltage(1), node.list_voltage(4), node.list_voltage(5)),
        (Ok(1_500_000), Ok(0), Err(Cause::Invalid))
    );
    assert_eq!((a.supports_voltage(1_400_000, 1_600_000), a.supports_voltage(1, 2)), (Ok(true), Ok(false)));
    node.unlisten(1).unwrap();
    assert_eq!(node.unlisten(1), Err(Cause::NotFound));
}

#[test]
fn limits_are_applied_at_registration() {
    let narrow = |voltage| Constraints { voltage, apply_voltage: true, ..Constraints::default() };
    let (chip, node) = make(desc("applied"), SETTABLE, narrow((1_900_000, 2_600_000)));
    assert_eq!(node.unwrap().constraints().voltage, (2_000_000, 2_500_000));
    assert_eq!(chip.voltage.load(SeqCst), 2_000_000);
    let impossible = make(desc("impossible"), SETTABLE, narrow((1_600_000, 1_900_000)));
    assert_eq!(impossible.1.err(), Some(Cause::Invalid));
}

#[test]
fn modes_and_loads() {
    let c = Constraints { valid_modes: 6, system_load: 10, ..allowed(Allowed::MODE | Allowed::LOAD) };
    let (chip, node) =
        make(desc("modes"), SETTABLE, Constraints { allowed: c.allowed | Allowed::STATUS, ..c });
    let regulator = user(&node.unwrap());
    assert_eq!((regulator.set_mode(1), regulator.set_mode(2)), (Err(Cause::Invalid), Ok(())));
    assert_eq!((chip.mode.load(SeqCst), chip.load.load(SeqCst)), (2, 10));
    regulator.set_load(90).unwrap();
    assert_eq!(chip.load.load(SeqCst), 10, "it is off");
    regulator.enable().unwrap();
    assert_eq!(chip.load.load(SeqCst), 100);
}

#[test]
fn exclusive_use() {
    let (chip, node) = make(desc("own"), SWITCH, allowed(Allowed::STATUS));
    let node = node.unwrap();
    let other = user(&node);
    assert_eq!(Regulator::new(&node, "me", Exclusive::Yes).err(), Some(Cause::Busy));
    drop(other);
    chip.on.store(true, SeqCst);
    let own = Regulator::new(&node, "me", Exclusive::Yes).unwrap();
    assert_eq!(Regulator::new(&node, "you", Exclusive::No).err(), Some(Cause::NotPermitted));
    own.disable().unwrap();
    assert!(!chip.on.load(SeqCst), "it took over what was on");
    drop(own);
    user(&node).enable().unwrap();
}

#[test]
fn consumers_find_regulators_by_device_tree() {
    let blob = dt::tests::dtb(
        r#"/dts-v1/; / { vcc: vcc { phandle = <0x4e60d701>; }; dev { vmmc-supply = <&vcc>; bad-supply = <1 2>; }; };"#,
    );
    let dev = dt::find_path(dt::check(&blob).unwrap(), "/dev").unwrap();
    assert_eq!(get(&dev, "vmmc").err(), Some(Cause::NotYet));
    assert!(get(&dev, "vqmmc").unwrap().is_none());
    assert_eq!(get(&dev, "bad").err(), Some(Cause::Invalid));
    let (_, node) = make(Desc { phandle: 0x4e60_d701, ..desc("vcc") }, SWITCH, allowed(Allowed::STATUS));
    assert_eq!(get(&dev, "vmmc").unwrap().unwrap().node().name(), "vcc");
    let dummy = user(&dummy());
    assert_eq!(
        (dummy.enable(), dummy.is_enabled(), dummy.voltage()),
        (Ok(()), Ok(true), Err(Cause::Invalid))
    );
    dummy.disable().unwrap();
    drop(node);
}
