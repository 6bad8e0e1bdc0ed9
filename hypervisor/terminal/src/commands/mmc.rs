// SPDX-License-Identifier: GPL-2.0-only
//! `mmc`: slots for SD cards and eMMC.

use alloc::format;

use io::mmc::{self, Fault};

use crate::command::{Action, Command, Ctx, Kind, Param};
use crate::error::Error;
use crate::value::{Record, Table, Value};

const SLOT: Param = Param::one("SLOT", Kind::Word);
const FAULTS: &[&str] = &["crc", "timeout", "pulled"];

/// `mmc`
pub const COMMAND: Command = Command {
    name: "mmc",
    summary: "slots for SD cards and eMMC",
    actions: &[
        Action {
            name: "list",
            params: &[],
            json: true,
            summary: "list the slots and what is in them",
            help: "",
            run: list,
        },
        Action {
            name: "info",
            params: &[SLOT],
            json: true,
            summary: "show a slot: card, bus mode, errors and recoveries so far",
            help: "",
            run: info,
        },
        Action {
            name: "rescan",
            params: &[SLOT],
            json: true,
            summary: "look whether a card has come or gone",
            help: "",
            run: rescan,
        },
        Action {
            name: "fault",
            params: &[SLOT, Param::one("FAULT", Kind::Choice(FAULTS)), COUNT],
            json: true,
            summary: "make up faults, in debug builds: to see that recovery works",
            help: "The next COUNT requests fail. A pulled card stays so until COUNT is 0.",
            run: fault,
        },
    ],
};

const COUNT: Param = Param::one("COUNT", Kind::Number);

fn list(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let mut table = Table::new(&["NAME", "STATE", "CARD", "MODEL", "MODE", "LINES", "CLOCK"]);
    for slot in mmc::list() {
        let status = slot.status();
        let card = status.kind.map(|kind| kind.name());
        let there = card.is_some();
        table.row([
            slot.name().into(),
            format!("{}", status.state).into(),
            card.into(),
            if there { status.model.into() } else { Value::Null },
            if there { status.timing.into() } else { Value::Null },
            if there { status.width.into() } else { Value::Null },
            if there { u64::from(status.clock).into() } else { Value::Null },
        ]);
    }
    ctx.show(table)
}

fn info(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let slot = mmc::find(ctx.arg(0).unwrap_or_default()).map_err(Error::failed)?;
    let status = slot.status();
    let [crc, timeouts, others] = status.errors;
    let [retries, restarts] = status.recoveries;
    ctx.show(
        Record::new()
            .with("name", slot.name())
            .with("state", format!("{}", status.state))
            .with("card", status.kind.map(|kind| kind.name()))
            .with("model", status.model)
            .with("mode", status.timing)
            .with("lines", status.width)
            .with("clock", u64::from(status.clock))
            .with("signals", if status.low_voltage { "1.8 V" } else { "3.3 V" })
            .with("crc_errors", u64::from(crc))
            .with("timeouts", u64::from(timeouts))
            .with("other_errors", u64::from(others))
            .with("retries", u64::from(retries))
            .with("restarts", u64::from(restarts)),
    )
}

fn rescan(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let slot = mmc::find(ctx.arg(0).unwrap_or_default()).map_err(Error::failed)?;
    slot.detect(0);
    ctx.done("looking")
}

fn fault(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    if !cfg!(debug_assertions) {
        return Err(Error::failed("faults are made up in debug builds only"));
    }
    let slot = mmc::find(ctx.arg(0).unwrap_or_default()).map_err(Error::failed)?;
    let fault = match ctx.arg(1) {
        Some("crc") => Fault::Crc,
        Some("timeout") => Fault::Timeout,
        _ => Fault::Pulled,
    };
    let count = u32::try_from(ctx.number(2).unwrap_or_default()).unwrap_or(u32::MAX);
    slot.inject(fault, count);
    ctx.done(&format!("{count} faults to come"))
}

#[cfg(test)]
mod tests {
    use crate::fake::output;

    #[test]
    fn without_slots() {
        assert_eq!(output("mmc list --json"), "[]\n");
        assert!(output("mmc info mmc0").starts_with("error: mmc info: no disk 'mmc0'"));
        assert!(output("mmc rescan mmc0").contains("no disk 'mmc0'"));
        assert!(output("mmc fault mmc0 crc 3").contains("no disk 'mmc0'"));
        assert!(output("mmc fault mmc0 fire 3").contains("one of: crc, timeout, pulled"));
    }
}
