// SPDX-License-Identifier: GPL-2.0-only
//! `irq`: the interrupts of drivers, by virtual number.

use alloc::format;

use kernel::irq::virq::{self, Report, State};

use crate::command::{Action, Command, Ctx, Kind, Param};
use crate::error::Error;
use crate::value::{Table, Value};

/// `irq`
pub const COMMAND: Command = Command {
    name: "irq",
    summary: "interrupts of drivers",
    actions: &[Action {
        name: "list",
        params: &[Param::optional("WHICH", Kind::Choice(&["used", "all"]))],
        json: true,
        summary: "list the virtual interrupts, whose they are, and how often they came",
        help: "HWIRQ is the number in the domain, the controller that the line comes from;\n\
               THROUGH names those between it and the CPU. STATE is 'open', 'closed', 'masked' or 'unused'; the\n\
               unused ones, which nobody has asked for, are shown with 'all'.\n\
               'host irqs' has what the root controller takes, private interrupts and those of guests too.",
        run,
    }],
};

fn run(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let mut lines = virq::list();
    if ctx.arg(0) != Some("all") {
        lines.retain(|line| line.state.contains(State::STARTED));
    }
    ctx.show(table(&lines))
}

fn table(reports: &[Report]) -> Table {
    let mut table = Table::new(&[
        "VIRQ", "DOMAIN", "HWIRQ", "THROUGH", "CHIP", "TRIGGER", "FLOW", "STATE", "DRIVER", "COUNT",
        "UNWANTED",
    ]);
    for r in reports {
        let driver = match () {
            () if r.chained => Value::from("(leads to others)"),
            () if r.owners.is_empty() => Value::Null,
            () => Value::from(r.owners.join(", ")),
        };
        let state = match () {
            () if !r.state.contains(State::STARTED) => "unused".into(),
            () if r.state.contains(State::DISABLED) => format!("closed {}", r.depth),
            () if r.state.contains(State::MASKED) => "masked".into(),
            () => "open".into(),
        };
        let through = if r.through.is_empty() { Value::Null } else { Value::from(r.through.join(" ")) };
        table.row([
            r.virq.into(),
            r.domain.clone().into(),
            r.hwirq.into(),
            through,
            if r.chip.is_empty() { Value::Null } else { r.chip.as_str().into() },
            r.sense.name().into(),
            r.flow.into(),
            state.into(),
            driver,
            r.count.into(),
            r.unhandled.into(),
        ]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::irq::virq::Sense;

    #[test]
    fn shows_lines_and_their_drivers() {
        let report = Report {
            virq: 3,
            domain: Some("r_intc".into()),
            hwirq: 32,
            through: vec!["GICv2:64".into()],
            chip: "sun6i-r-intc".into(),
            sense: Sense::HIGH,
            flow: "fasteoi",
            owners: vec!["rtc".into(), "pmic".into()],
            chained: false,
            depth: 1,
            state: State::STARTED | State::DISABLED,
            count: 7,
            unhandled: 0,
        };
        let mut out = String::new();
        crate::value::print(&mut out, &table(&[report]).into()).unwrap();
        for part in ["r_intc", "GICv2:64", "high", "fasteoi", "closed 1", "rtc, pmic"] {
            assert!(out.contains(part), "{part}: {out}");
        }
        assert!(crate::fake::output("irq list").starts_with("VIRQ"));
        assert!(crate::fake::output("irq list all").starts_with("VIRQ"));
        assert!(crate::fake::output("irq list some").contains("WHICH"));
    }
}
