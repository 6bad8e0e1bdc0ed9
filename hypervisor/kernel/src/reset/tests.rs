// SPDX-License-Identifier: GPL-2.0-only
//! Reset lines against a register in memory.

use super::*;
use crate::dt;
use core::sync::atomic::AtomicU32;
use core::sync::atomic::Ordering::SeqCst;

/// A bit of a register for each line: 1 is running. Counts pulses.
#[derive(Default)]
struct Chip {
    bits: AtomicU32,
    pulses: AtomicU32,
    fails: AtomicBool,
}

struct Ops(Arc<Chip>, Caps);

impl ResetOps for Ops {
    fn caps(&self) -> Caps {
        self.1
    }
    fn reset(&self, _: u32) -> Result<()> {
        self.0.pulses.fetch_add(1, SeqCst);
        if self.0.fails.load(SeqCst) { Err(Cause::Driver(110)) } else { Ok(()) }
    }
    fn assert(&self, line: u32) -> Result<()> {
        self.0.bits.fetch_and(!(1 << line), SeqCst);
        Ok(())
    }
    fn deassert(&self, line: u32) -> Result<()> {
        if self.0.fails.load(SeqCst) {
            return Err(Cause::Driver(110));
        }
        self.0.bits.fetch_or(1 << line, SeqCst);
        Ok(())
    }
    fn status(&self, line: u32) -> Result<bool> {
        Ok(self.0.bits.load(SeqCst) & (1 << line) == 0)
    }
}

fn made(name: &str, phandle: u32, caps: Caps) -> (Arc<Chip>, Arc<Controller>) {
    let chip = Arc::new(Chip::default());
    let controller = register(name, phandle, 8, Box::new(Ops(Arc::clone(&chip), caps)));
    (chip, controller)
}

#[test]
fn an_exclusive_line_is_its_consumers_own() {
    let (chip, c) = made("excl", 0, Caps::all());
    let line = Reset::new(&c, 3, Mode::Exclusive, "a").unwrap();
    assert_eq!(Reset::new(&c, 3, Mode::Exclusive, "b").err(), Some(Cause::Busy));
    assert_eq!(Reset::new(&c, 3, Mode::Shared, "b").err(), Some(Cause::Busy));
    assert_eq!(line.status(), Ok(true));
    line.deassert().unwrap();
    assert_eq!((chip.bits.load(SeqCst), line.status()), (8, Ok(false)));
    line.assert().unwrap();
    line.assert().unwrap();
    line.reset().unwrap();
    assert_eq!((chip.bits.load(SeqCst), chip.pulses.load(SeqCst)), (0, 1));
    drop(line);
    assert!(Reset::new(&c, 3, Mode::Shared, "b").is_ok());
}

#[test]
fn a_shared_line_runs_while_one_wants_it() {
    let (chip, c) = made("shared", 0, Caps::all());
    let [a, b] = ["a", "b"].map(|user| Reset::new(&c, 0, Mode::Shared, user).unwrap());
    assert_eq!(a.assert(), Err(Cause::Invalid), "nobody had deasserted it");
    chip.fails.store(true, SeqCst);
    assert_eq!(a.deassert(), Err(Cause::Driver(110)));
    chip.fails.store(false, SeqCst);
    a.deassert().unwrap();
    b.deassert().unwrap();
    assert_eq!(a.reset(), Err(Cause::Invalid), "the two ways do not mix");
    let report = list().into_iter().find(|r| r.controller == "shared").unwrap();
    assert_eq!((report.line, report.asserted, report.deasserts), (0, Some(false), 2));
    assert_eq!(report.users, ["a", "b"]);
    a.assert().unwrap();
    assert_eq!(chip.bits.load(SeqCst), 1);
    b.assert().unwrap();
    assert_eq!(chip.bits.load(SeqCst), 0);
    a.reset().unwrap();
    b.reset().unwrap();
    assert_eq!((chip.pulses.load(SeqCst), b.deassert()), (1, Err(Cause::Invalid)));
    a.rearm().unwrap();
    b.rearm().unwrap();
    assert_eq!(b.rearm(), Err(Cause::Invalid));
    a.reset().unwrap();
    assert_eq!(chip.pulses.load(SeqCst), 2);
}

#[test]
fn a_line_is_handed_from_one_to_the_other() {
    let (_, c) = made("handed", 0, Caps::all());
    let [a, b] = ["a", "b"].map(|user| Reset::new(&c, 1, Mode::Released, user).unwrap());
    assert_eq!(a.assert(), Err(Cause::NotPermitted));
    a.acquire().unwrap();
    assert_eq!(b.acquire(), Err(Cause::Busy));
    a.assert().unwrap();
    a.release();
    b.acquire().unwrap();
    b.reset().unwrap();
}

#[test]
fn what_a_controller_cannot_do_is_refused() {
    let (_, c) = made("pulses", 0, Caps::RESET);
    let own = Reset::new(&c, 0, Mode::Exclusive, "a").unwrap();
    assert_eq!((own.assert(), own.deassert()), (Err(Cause::Unsupported), Ok(())));
    assert_eq!(own.status(), Err(Cause::Unsupported));
    let shared = Reset::new(&c, 1, Mode::Shared, "a").unwrap();
    shared.deassert().unwrap();
    assert_eq!(shared.assert(), Ok(()));
    unregister(&c);
    assert_eq!((own.reset(), by_name("pulses").err()), (Err(Cause::Gone), Some(Cause::NotYet)));
    assert_eq!(Reset::new(&c, 5, Mode::Shared, "a").err(), Some(Cause::Gone));
}

#[test]
fn consumers_find_lines_by_device_tree() {
    let blob = dt::tests::dtb(
        r#"/dts-v1/; / { rst: rst { #reset-cells = <1>; phandle = <0x7e5e7001>; };
            dev { resets = <&rst 2>, <&rst 7>, <&rst 8>; reset-names = "a", "b", "c"; }; bare { }; };"#,
    );
    let fdt = dt::check(&blob).unwrap();
    let [dev, bare] = ["/dev", "/bare"].map(|p| dt::find_path(fdt, p).unwrap());
    assert_eq!(get(&dev, None, Mode::Exclusive).err(), Some(Cause::NotYet));
    let (chip, _c) = made("dt", 0x7e5e_7001, Caps::all());
    get(&dev, Some("b"), Mode::Exclusive).unwrap().deassert().unwrap();
    assert_eq!(chip.bits.load(SeqCst), 1 << 7);
    get(&dev, None, Mode::Exclusive).unwrap().deassert().unwrap();
    assert_eq!(chip.bits.load(SeqCst), 1 << 7 | 1 << 2);
    assert_eq!(get(&dev, Some("c"), Mode::Shared).err(), Some(Cause::Invalid));
    assert_eq!(get(&dev, Some("d"), Mode::Shared).err(), Some(Cause::NotFound));
    assert_eq!(get(&bare, None, Mode::Shared).err(), Some(Cause::NotFound));
}
