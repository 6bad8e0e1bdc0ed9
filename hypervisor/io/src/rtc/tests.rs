// SPDX-License-Identifier: GPL-2.0-only
//! Clocks that are numbers.

use super::*;
use std::sync::Mutex as StdMutex;

#[derive(Default)]
struct Chip {
    now: i64,
    alarm: Option<Alarm>,
    broken: bool,
}

#[derive(Clone, Default)]
struct Fake(Arc<StdMutex<Chip>>);

impl Clock for Fake {
    fn read(&self) -> Result<i64, Fault> {
        let chip = self.0.lock().unwrap();
        if chip.broken { Err(Fault::Io) } else { Ok(chip.now) }
    }
    fn set(&self, seconds: i64) -> Result<(), Fault> {
        self.0.lock().unwrap().now = seconds;
        Ok(())
    }
    fn alarm(&self) -> Result<Alarm, Fault> {
        self.0.lock().unwrap().alarm.ok_or(Fault::Invalid)
    }
    fn set_alarm(&self, alarm: Alarm) -> Result<(), Fault> {
        self.0.lock().unwrap().alarm = Some(alarm);
        Ok(())
    }
    fn enable_alarm(&self, on: bool) -> Result<(), Fault> {
        if let Some(alarm) = &mut self.0.lock().unwrap().alarm {
            alarm.enabled = on;
        }
        Ok(())
    }
}

fn device(chip: Chip, range: Range, minutes: bool) -> (Fake, Arc<Rtc>) {
    let fake = Fake(Arc::new(StdMutex::new(chip)));
    let info = Info { name: "chip".into(), driver: "fake".into(), alarm: true, minutes, range };
    let rtc = register(info, Box::new(fake.clone()));
    (fake, rtc)
}

#[test]
fn times_are_set_read_and_bounded() {
    let (fake, rtc) = device(Chip { now: 1000, ..Chip::default() }, Range::new(0, 9999, None), false);
    assert_eq!(rtc.read(), Ok(1000));
    assert_eq!(rtc.set(10_000), Err(Fault::Range));
    assert_eq!(rtc.set(-1), Err(Fault::Range));
    assert_eq!(rtc.set(9_999), Ok(()));
    assert_eq!(fake.0.lock().unwrap().now, 9_999);
    fake.0.lock().unwrap().broken = true;
    assert_eq!(rtc.read(), Err(Fault::Io));
}

#[test]
fn a_range_that_starts_elsewhere_is_shifted_for_the_driver() {
    let (fake, rtc) = device(Chip { now: 10, ..Chip::default() }, Range::new(0, 99, Some(1000)), false);
    assert_eq!(rtc.read(), Ok(1010));
    assert_eq!(rtc.set(1020), Ok(()));
    assert_eq!(fake.0.lock().unwrap().now, 20);
    assert_eq!(rtc.set_alarm(1050, true), Ok(()));
    assert_eq!(fake.0.lock().unwrap().alarm.unwrap().at, 50);
    assert_eq!(rtc.alarm().unwrap().at, 1050);
}

#[test]
fn an_alarm_comes_once_and_is_switched_off() {
    let (fake, rtc) = device(Chip { now: 100, ..Chip::default() }, Range::ANY, false);
    let told = Arc::new(StdMutex::new(Vec::new()));
    let list = told.clone();
    rtc.on_alarm(move |at| list.lock().unwrap().push(at));
    assert_eq!(rtc.set_alarm(100, true), Err(Fault::Past));
    assert_eq!(rtc.set_alarm(110, true), Ok(()));
    rtc.alarm_came();
    assert_eq!(rtc.fired(), 0, "too early");
    assert!(fake.0.lock().unwrap().alarm.unwrap().enabled, "set anew");
    fake.0.lock().unwrap().now = 110;
    rtc.alarm_came();
    rtc.alarm_came();
    assert_eq!(rtc.fired(), 1);
    assert_eq!(*told.lock().unwrap(), [110]);
    assert!(!fake.0.lock().unwrap().alarm.unwrap().enabled);
}

#[test]
fn an_alarm_can_be_switched_off_and_on_and_is_due_when_the_clock_is_put_past_it() {
    let (fake, rtc) = device(Chip { now: 100, ..Chip::default() }, Range::ANY, false);
    rtc.set_alarm(200, true).unwrap();
    rtc.enable_alarm(false).unwrap();
    rtc.set(150).unwrap();
    rtc.alarm_came();
    assert_eq!(rtc.fired(), 0);
    rtc.enable_alarm(true).unwrap();
    assert!(rtc.alarm().unwrap().enabled);
    rtc.set(300).unwrap();
    assert_eq!(rtc.fired(), 1);
    assert!(!fake.0.lock().unwrap().alarm.unwrap().enabled);
}

#[test]
fn alarms_of_whole_minutes_are_rounded_down() {
    let (fake, rtc) = device(Chip { now: 0, ..Chip::default() }, Range::ANY, true);
    rtc.set_alarm(179, true).unwrap();
    assert_eq!(fake.0.lock().unwrap().alarm.unwrap().at, 120);
    assert_eq!(rtc.set_alarm(59, true), Err(Fault::Past));
}

#[test]
fn an_alarm_from_before_is_taken_over() {
    let alarm = Alarm { at: 500, enabled: true, pending: false };
    let (fake, rtc) = device(Chip { now: 1, alarm: Some(alarm), broken: false }, Range::ANY, false);
    fake.0.lock().unwrap().now = 500;
    rtc.alarm_came();
    assert_eq!(rtc.fired(), 1);
}

#[test]
fn a_clock_that_has_gone_refuses() {
    let (_, rtc) = device(Chip { now: 1, ..Chip::default() }, Range::ANY, false);
    assert!(find(&rtc.name()).is_some_and(|found| Arc::ptr_eq(&found, &rtc)));
    rtc.unregister();
    assert_eq!(rtc.read(), Err(Fault::NoDevice));
    assert!(find(&rtc.name()).is_none_or(|found| !Arc::ptr_eq(&found, &rtc)));
}

#[test]
fn a_clock_without_alarm_says_so() {
    struct Plain;
    impl Clock for Plain {
        fn read(&self) -> Result<i64, Fault> {
            Ok(1_700_000_000)
        }
    }
    let info =
        Info { name: "plain".into(), driver: "fake".into(), alarm: false, minutes: false, range: Range::ANY };
    let rtc = register(info, Box::new(Plain));
    assert_eq!(rtc.set(5), Err(Fault::NotSupported));
    assert_eq!(rtc.set_alarm(1_800_000_000, true), Err(Fault::NotSupported));
    assert_eq!(rtc.enable_alarm(false), Err(Fault::NotSupported));
    assert_eq!(rtc.alarm(), Err(Fault::NotSupported));
    assert!(now_unix_ns().is_some());
}
