// SPDX-License-Identifier: GPL-2.0-only
//! `rtc`: the host's real-time clocks.

use alloc::string::ToString;
use alloc::sync::Arc;

use io::rtc::{self, DateTime, Rtc};

use crate::command::{Action, Command, Ctx, Kind, Param};
use crate::error::Error;
use crate::value::{Record, Table, Value, clean};

/// `rtc`
pub const COMMAND: Command = Command {
    name: "rtc",
    summary: "the host's real-time clocks",
    actions: &[
        Action {
            name: "list",
            params: &[],
            json: true,
            summary: "list the clocks, their times and alarms",
            help: "The hypervisor's own time of day comes from the clock with SYSTEM 'yes'. FIRED counts alarms that\n\
                   have come, INTERRUPTS the interrupts that told of them.",
            run: list,
        },
        Action {
            name: "get",
            params: &[Param::one("RTC", Kind::Word)],
            json: true,
            summary: "read a clock",
            help: "RTC is 'rtcN' or the name of the device.",
            run: get,
        },
        Action {
            name: "set",
            params: &[Param::one("RTC", Kind::Word), Param::one("TIME", Kind::Word)],
            json: true,
            summary: "set a clock",
            help: "TIME is UTC, such as 2024-02-29T12:30:00, or '@' and the seconds since 1970.",
            run: set,
        },
        Action {
            name: "alarm",
            params: &[Param::one("RTC", Kind::Word), Param::optional("TIME", Kind::Word)],
            json: true,
            summary: "show a clock's alarm, set it, or switch it 'off'",
            help: "TIME is as for 'rtc set', or '+' and the seconds from now on.",
            run: alarm,
        },
    ],
};

fn time(seconds: i64) -> Value {
    Value::from(DateTime::from_unix(seconds).to_string())
}

fn find(ctx: &Ctx<'_>) -> Result<Arc<Rtc>, Error> {
    let name = ctx.arg(0).unwrap_or_default();
    rtc::find(name).ok_or_else(|| Error::argument("RTC", clean(name), "a clock that 'rtc list' shows"))
}

fn alarm_value(clock: &Rtc) -> Value {
    clock.alarm().ok().filter(|a| a.enabled).map_or(Value::Null, |a| time(a.at))
}

fn list(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let mut table =
        Table::new(&["RTC", "DEVICE", "DRIVER", "TIME", "ALARM", "FIRED", "INTERRUPTS", "SYSTEM"]);
    for clock in rtc::list() {
        let info = clock.info();
        table.row([
            clock.name().into(),
            info.name.as_str().into(),
            info.driver.as_str().into(),
            clock.read().map_or_else(|e| Value::from(e.to_string()), time),
            alarm_value(&clock),
            clock.fired().into(),
            clock.interrupts().into(),
            (rtc::wall_clock() == Some(clock.id())).into(),
        ]);
    }
    ctx.show(table)
}

fn get(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let clock = find(ctx)?;
    let seconds = clock.read().map_err(Error::failed)?;
    let unix = u64::try_from(seconds).map_or(Value::Null, Value::from);
    ctx.show(Record::new().with("time", time(seconds)).with("unix", unix))
}

fn parse(ctx: &Ctx<'_>) -> Result<i64, Error> {
    let text = ctx.arg(1).unwrap_or_default();
    let seconds = match text.strip_prefix('@') {
        Some(digits) => digits.parse().ok(),
        None => DateTime::parse(text).and_then(|d| d.to_unix()),
    };
    seconds.ok_or_else(|| {
        Error::argument("TIME", clean(text), "a time such as 2024-02-29T12:30:00 or @1709209800")
    })
}

fn set(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let clock = find(ctx)?;
    clock.set(parse(ctx)?).map_err(Error::failed)?;
    ctx.done("clock set")
}

fn alarm(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let clock = find(ctx)?;
    match ctx.arg(1) {
        None => {
            let alarm = clock.alarm().map_err(Error::failed)?;
            ctx.show(
                Record::new()
                    .with("time", time(alarm.at))
                    .with("enabled", alarm.enabled)
                    .with("fired", clock.fired()),
            )
        }
        Some("off") => {
            clock.enable_alarm(false).map_err(Error::failed)?;
            ctx.done("alarm off")
        }
        Some(text) => {
            let at = match text.strip_prefix('+').and_then(|n| n.parse::<u32>().ok()) {
                Some(wait) => clock.read().map_err(Error::failed)?.saturating_add(wait.into()),
                None => parse(ctx)?,
            };
            clock.set_alarm(at, true).map_err(Error::failed)?;
            ctx.done("alarm set")
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::fake::output;
    use io::Fault;
    use io::rtc::{Clock, Info, Range};

    struct Stopped;

    impl Clock for Stopped {
        fn read(&self) -> Result<i64, Fault> {
            Ok(951_827_696)
        }
    }

    #[test]
    fn clocks_are_shown_and_refusals_explained() {
        let info = Info {
            name: "stopped".into(),
            driver: "test".into(),
            alarm: false,
            minutes: false,
            range: Range::ANY,
        };
        io::rtc::register(info, Box::new(Stopped));
        assert_eq!(output("rtc get stopped"), "time:  2000-02-29T12:34:56Z\nunix:  951827696\n");
        assert_eq!(
            output("rtc set stopped 2024-01-01T00:00:00"),
            "error: rtc set: the device cannot do this\n"
        );
        assert!(output("rtc set stopped yesterday").starts_with("error: rtc set: TIME: found 'yesterday'"));
        assert_eq!(output("rtc alarm stopped"), "error: rtc alarm: the device cannot do this\n");
        assert!(output("rtc get none").starts_with("error: rtc get: RTC: found 'none'"));
        assert!(output("rtc list").contains("stopped  test    2000-02-29T12:34:56Z"));
    }
}
