// SPDX-License-Identifier: GPL-2.0-only
//! `watchdog`: the timers that reset the board unless they are pinged.

use alloc::format;
use alloc::sync::Arc;

use io::watchdog::{self, Watchdog};

use crate::command::{Action, Command, Ctx, Kind, Param};
use crate::error::Error;
use crate::value::{Table, Value, clean};

const NAME: Param = Param::one("WATCHDOG", Kind::Word);

/// `watchdog`
pub const COMMAND: Command = Command {
    name: "watchdog",
    summary: "the timers that reset the board unless they are pinged",
    actions: &[
        Action {
            name: "list",
            params: &[],
            json: true,
            summary: "list the watchdogs",
            help: "ACTIVE: somebody started it; RUNNING: the hardware counts; KEPT: the hypervisor pings it. TIMEOUT\n\
                   and LEFT are in seconds.",
            run: list,
        },
        Action {
            name: "start",
            params: &[NAME, Param::optional("WHO", Kind::Choice(&["kept", "alone"]))],
            json: true,
            summary: "start a watchdog",
            help: "It is 'kept': the hypervisor pings it as long as its work queue goes on. One that is started\n\
                   'alone' resets the board unless 'watchdog ping' comes in time.",
            run: start,
        },
        Action { name: "stop", params: &[NAME], json: true, summary: "stop a watchdog", help: "", run: stop },
        Action {
            name: "ping",
            params: &[NAME],
            json: true,
            summary: "let a watchdog's time begin anew",
            help: "",
            run: ping,
        },
        Action {
            name: "timeout",
            params: &[NAME, Param::one("SECONDS", Kind::Number)],
            json: true,
            summary: "set how long a watchdog waits",
            help: "The device may know a few times only, and then takes the next longer one.",
            run: timeout,
        },
    ],
};

fn find(ctx: &Ctx<'_>) -> Result<Arc<Watchdog>, Error> {
    let name = ctx.arg(0).unwrap_or_default();
    watchdog::find(name)
        .ok_or_else(|| Error::argument("WATCHDOG", clean(name), "a watchdog that 'watchdog list' shows"))
}

fn list(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let mut table = Table::new(&[
        "WATCHDOG",
        "DEVICE",
        "IDENTITY",
        "ACTIVE",
        "RUNNING",
        "KEPT",
        "TIMEOUT",
        "PRETIMEOUT",
        "LEFT",
        "NOWAYOUT",
    ]);
    for dog in watchdog::list() {
        let (info, status) = (dog.info(), dog.status());
        table.row([
            dog.name().into(),
            info.name.as_str().into(),
            info.identity.as_str().into(),
            status.active.into(),
            status.running.into(),
            status.kept.into(),
            status.timeout.into(),
            Some(status.pretimeout).filter(|s| *s != 0).map_or(Value::Null, Value::from),
            status.time_left.into(),
            status.no_way_out.into(),
        ]);
    }
    ctx.show(table)
}

fn start(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let kept = ctx.arg(1) != Some("alone");
    find(ctx)?.start(kept).map_err(Error::failed)?;
    ctx.done("watchdog started")
}

fn stop(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    find(ctx)?.stop().map_err(Error::failed)?;
    ctx.done("watchdog stopped")
}

fn ping(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    find(ctx)?.ping().map_err(Error::failed)?;
    ctx.done("watchdog pinged")
}

fn timeout(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let wanted = ctx.number(1).and_then(|n| u32::try_from(n).ok()).unwrap_or(u32::MAX);
    let taken = find(ctx)?.set_timeout(wanted).map_err(Error::failed)?;
    ctx.done(&format!("time-out {taken} s"))
}

#[cfg(test)]
mod tests {
    use crate::fake::output;
    use io::Fault;
    use io::watchdog::{Device, Info};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};

    #[derive(Default)]
    struct Fake(AtomicBool, AtomicU32);

    impl Device for Fake {
        fn start(&self) -> Result<(), Fault> {
            self.0.store(true, SeqCst);
            Ok(())
        }
        fn stop(&self) -> Result<(), Fault> {
            self.0.store(false, SeqCst);
            Ok(())
        }
        fn set_timeout(&self, seconds: u32) -> Result<(), Fault> {
            self.1.store(seconds, SeqCst);
            Ok(())
        }
        fn timeout(&self) -> u32 {
            self.1.load(SeqCst)
        }
        fn hardware_runs(&self) -> bool {
            self.0.load(SeqCst)
        }
    }

    #[test]
    fn watchdogs_are_started_and_stopped() {
        let info = Info { name: "dog".into(), identity: "fake".into(), max_timeout: 16, ..Info::default() };
        io::watchdog::register(info, Arc::new(Fake::default()));
        assert_eq!(output("watchdog timeout dog 7"), "time-out 7 s\n");
        assert!(output("watchdog timeout dog 17").contains("outside of the device's range"));
        assert_eq!(output("watchdog start dog alone"), "watchdog started\n");
        assert!(output("watchdog list").contains("dog     fake      yes     yes      no          7"));
        assert_eq!(output("watchdog ping dog"), "watchdog pinged\n");
        assert_eq!(output("watchdog stop dog"), "watchdog stopped\n");
        assert!(output("watchdog ping none").contains("WATCHDOG: found 'none'"));
    }
}
