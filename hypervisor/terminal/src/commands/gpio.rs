// SPDX-License-Identifier: GPL-2.0-only
//! `gpio`: chips and their lines.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use core::sync::atomic::AtomicU64;
use core::sync::atomic::Ordering::Relaxed;

use kernel::gpio::{self, Bank, Gpio, Init, Line, LineFlags, LineReport};
use kernel::irq::virq::{self, Sense};

use crate::command::{Action, Command, Ctx, Kind, Param};
use crate::error::Error;
use crate::value::{Record, Table, Value};

const LINE: Param = Param::one("LINE", Kind::Word);

/// `gpio`
pub const COMMAND: Command = Command {
    name: "gpio",
    summary: "general purpose inputs and outputs",
    actions: &[
        Action {
            name: "list",
            params: &[Param::optional("CHIP", Kind::Word)],
            json: true,
            summary: "list the chips, or a chip's lines",
            help: "",
            run: list,
        },
        Action {
            name: "get",
            params: &[LINE],
            json: true,
            summary: "read the level of a line",
            help: "LINE is CHIP:OFFSET, a number of the list of chips, or a line's name. The level is that of the\n\
                   wire, whatever the polarity of its consumer. A line without consumer is requested for the moment.",
            run: get,
        },
        Action {
            name: "set",
            params: &[LINE, Param::one("LEVEL", Kind::Choice(&["0", "1", "low", "high"]))],
            json: false,
            summary: "make a line without consumer an output with this level",
            help: "LINE is as for 'get'. A line that a driver has is refused.",
            run: set,
        },
        Action {
            name: "watch",
            params: &[LINE, Param::one("MILLISECONDS", Kind::Number)],
            json: true,
            summary: "count the edges of a line without consumer for a while, by its interrupt",
            help: "LINE is as for 'get'. Ctrl-C ends it early. It needs a chip with interrupts.",
            run: watch,
        },
    ],
};

fn list(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let banks = gpio::all();
    if let Some(name) = ctx.arg(0) {
        let bank = banks.iter().find(|b| b.label() == name).ok_or_else(|| unknown("GPIO chip", name))?;
        return ctx.show(lines(&bank.report()));
    }
    let mut table = Table::new(&["CHIP", "FIRST", "LINES", "IN USE", "NODE"]);
    for bank in &banks {
        let used = bank.report().iter().filter(|l| l.flags.contains(LineFlags::REQUESTED)).count();
        let node = bank.node().map_or(Value::Null, Value::from);
        table.row([bank.label().into(), bank.base().into(), bank.lines().into(), used.into(), node]);
    }
    ctx.show(table)
}

fn lines(reports: &[LineReport]) -> Table {
    let mut table = Table::new(&["LINE", "NAME", "CONSUMER", "DIRECTION", "LEVEL", "FLAGS"]);
    for r in reports {
        let names = [
            (LineFlags::ACTIVE_LOW, "active-low"),
            (LineFlags::OPEN_DRAIN, "open-drain"),
            (LineFlags::OPEN_SOURCE, "open-source"),
            (LineFlags::PULL_UP, "pull-up"),
            (LineFlags::PULL_DOWN, "pull-down"),
            (LineFlags::USED_AS_IRQ, "irq"),
            (LineFlags::HOG, "hog"),
            (LineFlags::SHARED, "shared"),
        ];
        let mut flags = String::new();
        for (_, name) in names.iter().filter(|(f, _)| r.flags.contains(*f)) {
            if !flags.is_empty() {
                flags.push(' ');
            }
            flags.push_str(name);
        }
        let direction = r.output.map(|o| Value::from(if o { "out" } else { "in" }));
        table.row([
            r.offset.into(),
            r.name.clone().into(),
            r.consumer.clone().into(),
            direction.unwrap_or(Value::Null),
            r.level.map(u32::from).into(),
            if flags.is_empty() { Value::Null } else { flags.into() },
        ]);
    }
    table
}

fn unknown(what: &'static str, found: &str) -> Error {
    Error::Unknown { what, found: found.into(), suggestion: None, expected: "one of 'gpio list'".into() }
}

/// `CHIP:OFFSET`, a number, or a name.
fn find(text: &str) -> Result<Arc<Line>, Error> {
    let banks = gpio::all();
    let of = |bank: &Arc<Bank>, offset: u32| bank.line(offset).cloned();
    let by_chip = text
        .rsplit_once(':')
        .and_then(|(chip, offset)| of(banks.iter().find(|b| b.label() == chip)?, offset.parse().ok()?));
    let found = by_chip
        .or_else(|| text.parse().ok().and_then(gpio::by_number))
        .or_else(|| banks.iter().find_map(|b| b.line_named(text).cloned()));
    found.ok_or_else(|| unknown("GPIO line", text))
}

fn get(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let line = find(ctx.arg(0).unwrap_or_default())?;
    let mine = if line.flags().contains(LineFlags::REQUESTED) {
        None
    } else {
        Some(Gpio::request(&line, "terminal", LineFlags::empty(), Init::AsIs).map_err(Error::failed)?)
    };
    let level = line.get_raw().map_err(Error::failed)?;
    drop(mine);
    ctx.show(Value::from(u32::from(level)))
}

fn set(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let line = find(ctx.arg(0).unwrap_or_default())?;
    let level = matches!(ctx.arg(1), Some("1" | "high"));
    let flags = LineFlags::empty();
    Gpio::request(&line, "terminal", flags, Init::Output(level)).map_err(Error::failed).map(drop)
}

/// The longest watch: ten minutes.
const MOST_MS: u64 = 600_000;

fn watch(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let line = find(ctx.arg(0).unwrap_or_default())?;
    let ms = ctx.number(1).unwrap_or_default();
    if ms > MOST_MS {
        return Err(Error::argument("MILLISECONDS", ctx.arg(1).unwrap_or_default(), "at most 600000"));
    }
    let mine = Gpio::request(&line, "terminal", LineFlags::empty(), Init::Input).map_err(Error::failed)?;
    let irq = line.irq().map_err(Error::failed)?;
    let count = Arc::new(AtomicU64::new(0));
    let seen = Arc::clone(&count);
    let handler: virq::Handler = Box::new(move |_| {
        seen.fetch_add(1, Relaxed);
        virq::Outcome::Handled
    });
    let id = Arc::as_ptr(&count).addr();
    let flags = virq::Flags::from_bits_retain(Sense::BOTH.bits());
    let wanted = virq::Request { name: "terminal", flags, handler: Some(handler), thread: None, id };
    virq::request(irq, wanted).map_err(Error::failed)?;
    let end = ctx.shell.now_ns().saturating_add(ms * 1_000_000);
    while !ctx.shell.interrupted() && ctx.shell.now_ns() < end {
        let rest = end.saturating_sub(ctx.shell.now_ns());
        ctx.shell.sleep_ns(rest.min(50_000_000));
    }
    virq::release(irq, id).map_err(Error::failed)?;
    drop(mine);
    ctx.show(Record::new().with("edges", count.load(Relaxed)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::error::Result;

    struct Chip;
    impl gpio::Chip for Chip {
        fn set_input(&self, _: u32) -> Result<()> {
            Ok(())
        }
        fn set_output(&self, _: u32, _: bool) -> Result<()> {
            Ok(())
        }
        fn get(&self, offset: u32) -> Result<bool> {
            Ok(offset == 2)
        }
        fn set(&self, _: u32, _: bool) -> Result<()> {
            Ok(())
        }
    }

    #[test]
    fn lines_are_listed_read_and_set() {
        let info = gpio::Info {
            label: "bank".into(),
            node: None,
            token: 0,
            base: None,
            lines: 4,
            names: vec![None, Some("button".into())],
            chip: Arc::new(Chip),
        };
        let bank = gpio::register(info).unwrap();
        let run = crate::fake::output;
        assert!(run("gpio list").contains("bank"));
        assert!(run("gpio list bank").contains("button"));
        assert_eq!((run("gpio get bank:2").trim(), run("gpio get button").trim()), ("1", "0"));
        assert_eq!(run(&format!("gpio get {}", bank.base() + 2)).trim(), "1");
        assert_eq!(run("gpio set bank:3 high"), "");
        let _led = Gpio::request(bank.line(3).unwrap(), "led", LineFlags::empty(), Init::AsIs).unwrap();
        assert!(run("gpio set bank:3 0").contains("in use by led"));
        assert!(run("gpio get bank:9").contains("unknown GPIO line"));
        gpio::unregister(&bank);
    }
}
