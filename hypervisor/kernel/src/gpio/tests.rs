// SPDX-License-Identifier: GPL-2.0-only
//! Lines of a chip that notes what is done to it.

use super::*;
use crate::dt;
use std::sync::{Arc, Mutex};

#[derive(Default)]
struct Noting {
    log: Mutex<Vec<String>>,
    levels: Mutex<u32>,
    drives: bool,
}

impl Noting {
    fn note(&self, what: String) -> Result<()> {
        self.log.lock().unwrap().push(what);
        Ok(())
    }
    fn take(&self) -> String {
        std::mem::take(&mut *self.log.lock().unwrap()).join(", ")
    }
}

impl Chip for Noting {
    fn request(&self, offset: u32) -> Result<()> {
        self.note(format!("take {offset}"))
    }
    fn free(&self, offset: u32) {
        self.note(format!("give {offset}")).unwrap();
    }
    fn set_input(&self, offset: u32) -> Result<()> {
        self.note(format!("in {offset}"))
    }
    fn set_output(&self, offset: u32, value: bool) -> Result<()> {
        self.note(format!("out {offset}={}", u8::from(value)))
    }
    fn get(&self, offset: u32) -> Result<bool> {
        Ok(*self.levels.lock().unwrap() >> offset & 1 != 0)
    }
    fn set(&self, offset: u32, value: bool) -> Result<()> {
        self.note(format!("set {offset}={}", u8::from(value)))
    }
    fn set_config(&self, offset: u32, config: u64) -> Result<()> {
        if !self.drives {
            return Err(Error::Unsupported { what: "it" });
        }
        self.note(format!("config {offset} {config:x}"))
    }
    fn valid(&self, offset: u32) -> bool {
        offset != 7
    }
}

fn bank(label: &str, drives: bool) -> (Arc<Noting>, Arc<Bank>) {
    let chip = Arc::new(Noting { drives, ..Noting::default() });
    let info = Info {
        label: label.into(),
        node: Some(format!("/{label}")),
        token: 0,
        base: None,
        lines: 8,
        names: vec![Some("first".into())],
        chip: chip.clone(),
    };
    (chip, register(info).unwrap())
}

#[test]
fn a_line_has_one_consumer_and_a_polarity() {
    let (chip, b) = bank("polarity", false);
    let line = b.line(3).unwrap();
    let gpio = Gpio::request(line, "led", LineFlags::ACTIVE_LOW, Init::Output(true)).unwrap();
    assert_eq!(chip.take(), "take 3, out 3=0");
    let error = Gpio::request(line, "other", LineFlags::empty(), Init::AsIs).err().unwrap();
    assert!(matches!(&error, Error::Busy { owner, .. } if owner == "led"), "{error}");
    assert!(gpio.get().unwrap() && !line.get_raw().unwrap());
    gpio.set(false).unwrap();
    assert!(matches!(line.lock_as_irq().unwrap_err(), Error::Busy { .. }));
    let report = &b.report()[3];
    assert_eq!(
        (report.consumer.as_deref(), report.output, report.level),
        (Some("led"), Some(true), Some(false))
    );
    assert_eq!(b.report().len(), 7, "line 7 does not exist");
    assert!(Gpio::request(b.line(7).unwrap(), "x", LineFlags::empty(), Init::AsIs).is_err());
    drop(gpio);
    assert_eq!(chip.take(), "set 3=1, give 3");
    assert!(b.line_named("first").unwrap().offset() == 0);
    let number = line.number().unwrap();
    assert_eq!(by_number(number).unwrap().offset(), 3);
    // An open interrupt cannot become an output.
    let gpio = Gpio::request(line, "key", LineFlags::empty(), Init::Input).unwrap();
    line.lock_as_irq().unwrap();
    assert!(line.set_output(true).is_err());
    line.unlock_as_irq();
    line.set_output(true).unwrap();
    let kept = line.clone();
    drop(gpio);
    unregister(&b);
    assert!(kept.get().is_err() && by_number(number).is_none());
}

#[test]
fn open_drain_is_the_chips_or_made_of_the_direction() {
    let (chip, b) = bank("drain", false);
    let gpio = Gpio::request(b.line(1).unwrap(), "scl", LineFlags::OPEN_DRAIN, Init::Output(true)).unwrap();
    gpio.set(false).unwrap();
    gpio.set(true).unwrap();
    assert_eq!(chip.take(), "take 1, in 1, out 1=0, in 1");
    drop(gpio);
    unregister(&b);
    let (chip, b) = bank("drain2", true);
    let flags = LineFlags::OPEN_DRAIN | LineFlags::PULL_UP;
    let gpio = Gpio::request(b.line(1).unwrap(), "scl", flags, Init::Output(true)).unwrap();
    assert_eq!(chip.take(), "take 1, config 1 6, config 1 105, out 1=1");
    drop(gpio);
    unregister(&b);
}

#[test]
fn numbers_do_not_overlap() {
    let (_, a) = bank("n1", false);
    let (chip, b) = bank("n2", false);
    let apart = a.base() + 8 <= b.base() || b.base() + 8 <= a.base();
    assert!(apart);
    let taken = Info {
        label: "n3".into(),
        node: None,
        token: 0,
        base: Some(a.base() + 7),
        lines: 1,
        names: Vec::new(),
        chip,
    };
    assert!(matches!(register(taken).err().unwrap(), Error::Busy { .. }));
    unregister(&a);
    unregister(&b);
}

#[test]
fn lines_of_the_tree() {
    let blob = dt::tests::dtb(
        r#"/dts-v1/; / {
        g: tree { #gpio-cells = <2>; gpio-controller; }; l: late { #gpio-cells = <2>; };
        dev { reset-gpios = <&g 2 1>, <0>, <&g 5 6>; enable-gpio = <&g 4 16>; wait-gpios = <&l 0 0>; bad-gpios = <&g 9 0>;
              gpios = <&g 1 0>; };
        };"#,
    );
    let fdt = dt::check(&blob).unwrap();
    let dev = dt::find_path(fdt, "/dev").unwrap();
    let (_, b) = bank("tree", false);
    let is = |name: Option<&str>, index, offset, flags| {
        let (line, found) = of::find(&dev, name, index).unwrap();
        assert_eq!((line.offset(), found), (offset, flags));
    };
    is(Some("reset"), 0, 2, LineFlags::ACTIVE_LOW);
    is(Some("reset"), 2, 5, LineFlags::OPEN_DRAIN);
    is(Some("enable"), 0, 4, LineFlags::PULL_UP);
    is(None, 0, 1, LineFlags::empty());
    let error = |name, index| of::find(&dev, Some(name), index).err().unwrap();
    assert!(matches!(error("reset", 1), Error::NotFound { .. }));
    assert!(matches!(error("none", 0), Error::NotFound { .. }));
    assert!(matches!(error("wait", 0), Error::Deferred { .. }));
    assert!(matches!(error("bad", 0), Error::Invalid { .. }));
    assert_eq!((of::count(&dev, Some("reset")).unwrap(), of::count(&dev, Some("x")).unwrap()), (3, 0));
    unregister(&b);
}
