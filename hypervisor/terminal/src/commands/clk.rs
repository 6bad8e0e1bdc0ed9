// SPDX-License-Identifier: GPL-2.0-only
//! `clk`: the tree of clocks.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use kernel::clk::{self, Flags, Report};

use crate::command::{Action, Command, Ctx, Kind, Param};
use crate::error::Error;
use crate::value::{Record, Table, Value, clean};

const NAME: Param = Param::one("NAME", Kind::Word);

/// `clk`
pub const COMMAND: Command = Command {
    name: "clk",
    summary: "the machine's clocks",
    actions: &[
        Action {
            name: "tree",
            params: &[],
            json: true,
            summary: "show the tree of clocks",
            help: "A clock stands below its parent. PREPARED and ENABLED say how many of its users and of the clocks\n\
                   below it want it so; RUNS what the hardware says. Nothing switches off a clock that runs without\n\
                   users. Rates are in hertz; a clock that waits for its parent has rate 0.",
            run: tree,
        },
        Action {
            name: "info",
            params: &[NAME],
            json: true,
            summary: "show all that is known of a clock",
            help: "Rates are in hertz, the accuracy is in parts per billion.",
            run: info,
        },
        #[cfg(debug_assertions)]
        Action {
            name: "set",
            params: &[NAME, Param::one("RATE", Kind::Number)],
            json: true,
            summary: "set a clock's rate, in hertz; debug builds only",
            help: "For tests: whoever uses the clock may not bear it.",
            run: set,
        },
    ],
};

fn tree(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let table = table(&clk::list(), ctx.json);
    ctx.show(table)
}

fn table(clocks: &[Report], json: bool) -> Table {
    let mut table = Table::new(&["NAME", "PREPARED", "ENABLED", "RUNS", "RATE", "PARENT"]);
    for c in clocks {
        let name = if json { c.name.clone() } else { format!("{:1$}{2}", "", 2 * c.depth, c.name) };
        let parent = c.parent.clone().map_or(Value::Null, Value::from);
        table.row([
            name.into(),
            c.prepared.into(),
            c.enabled.into(),
            c.running.into(),
            c.rate.into(),
            parent,
        ]);
    }
    table
}

fn unknown(name: &str) -> Error {
    Error::argument("NAME", clean(name), "a clock that 'clk tree' lists")
}

fn info(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let name = ctx.arg(0).unwrap_or("");
    let report = clk::info(name).ok_or_else(|| unknown(name))?;
    ctx.show(record(report))
}

fn names(list: Vec<Option<String>>) -> Value {
    Value::List(list.into_iter().map(|n| n.map_or(Value::Null, Value::from)).collect())
}

fn record(c: Report) -> Record {
    let flags = c.flags.iter_names().map(|(name, _)| Value::from(name)).collect();
    let highest = if c.limits.1 == u64::MAX { Value::Null } else { c.limits.1.into() };
    Record::new()
        .with("name", c.name)
        .with("rate", c.rate)
        .with("parent", c.parent.map_or(Value::Null, Value::from))
        .with("parents", names(c.parents))
        .with("orphan", c.orphan)
        .with("prepared", c.prepared)
        .with("enabled", c.enabled)
        .with("runs", c.running)
        .with("protected", c.protected)
        .with("lowest", c.limits.0)
        .with("highest", highest)
        .with("accuracy", c.accuracy)
        .with("phase", c.phase)
        .with("duty", c.duty.map_or(Value::Null, |d| Value::from(format!("{}/{}", d.num, d.den))))
        .with("critical", c.flags.contains(Flags::IS_CRITICAL))
        .with("flags", Value::List(flags))
        .with("users", names(c.users.into_iter().map(Some).collect()))
}

#[cfg(debug_assertions)]
fn set(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let (name, rate) = (ctx.arg(0).unwrap_or(""), ctx.number(1).unwrap_or(0));
    let clk = clk::find(name, "terminal").map_err(|_| unknown(name))?;
    clk.set_rate(rate).map_err(Error::failed)?;
    let now = clk.rate();
    ctx.show(Record::new().with("rate", now))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::output;
    use alloc::boxed::Box;
    use kernel::clk::{Caps, ClkInit, ClkOps, HwId, ParentRef};

    struct Fixed;
    impl ClkOps for Fixed {
        fn caps(&self) -> Caps {
            Caps::RECALC_RATE
        }
        fn recalc_rate(&self, parent_rate: u64) -> u64 {
            if parent_rate == 0 { 24_000_000 } else { parent_rate / 2 }
        }
    }

    fn make(name: &str, parents: &[&str], hw: usize) {
        let init = ClkInit {
            name: name.into(),
            parents: parents.iter().map(|p| ParentRef::named(p)).collect(),
            flags: Flags::IS_CRITICAL,
            hw: HwId(hw),
            ops: Box::new(Fixed),
        };
        clk::register(init).unwrap();
    }

    #[test]
    fn shows_the_tree_and_one_clock() {
        make("osc24M", &[], 1);
        make("apb1", &["osc24M"], 2);
        assert_eq!(
            output("clk tree"),
            "NAME    PREPARED  ENABLED  RUNS      RATE  PARENT\n\
             osc24M         2        2  yes   24000000  -\n  \
               apb1         1        1  yes   12000000  osc24M\n"
        );
        assert!(
            output("clk tree --json")
                .contains("{\"name\":\"apb1\",\"prepared\":1,\"enabled\":1,\"runs\":true,")
        );
        let info = output("clk info apb1");
        assert!(info.contains("rate:       12000000\n"), "{info}");
        assert!(info.contains("flags:      IS_CRITICAL\n"), "{info}");
        assert!(output("clk info apb2").starts_with("error: clk info: "));
        let set = output("clk set apb1 1000");
        assert_eq!(set, "rate:  12000000\n", "a clock that cannot change stays as it is");
    }
}
