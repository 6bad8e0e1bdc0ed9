// SPDX-License-Identifier: GPL-2.0-only
//! `pin`: pin controllers, and what their pins are used for.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;

use kernel::pinctrl::{self, PinReport};

use crate::command::{Action, Command, Ctx, Kind, Param};
use crate::error::Error;
use crate::value::{Table, Value};

/// `pin`
pub const COMMAND: Command = Command {
    name: "pin",
    summary: "pin controllers and their pins",
    actions: &[Action {
        name: "list",
        params: &[Param::optional("CONTROLLER", Kind::Word)],
        json: true,
        summary: "list the pins in use, or all pins of a controller",
        help: "OWNER has the pin for FUNCTION, GPIO has it as an input or output.\n\
               CONFIG is what the driver reads back.",
        run,
    }],
};

fn run(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let all = pinctrl::all();
    let mut table =
        Table::new(&["CONTROLLER", "PIN", "NAME", "OWNER", "FUNCTION", "GROUP", "GPIO", "CONFIG"]);
    let chosen = ctx.arg(0);
    if let Some(name) = chosen
        && !all.iter().any(|c| c.name() == name)
    {
        let names: Vec<&str> = all.iter().map(|c| c.name()).collect();
        return Err(Error::Unknown {
            what: "pin controller",
            found: name.into(),
            suggestion: crate::error::suggest(name, names.iter().copied()),
            expected: names.join(", "),
        });
    }
    for controller in all.iter().filter(|c| chosen.is_none_or(|name| c.name() == name)) {
        let report = controller.report();
        let shown = report.iter().filter(|p| chosen.is_some() || p.owner.is_some() || p.gpio_owner.is_some());
        shown.for_each(|pin| row(&mut table, controller.name(), pin));
    }
    ctx.show(table)
}

fn row(table: &mut Table, controller: &str, pin: &PinReport) {
    let mut config = String::new();
    for (name, argument) in &pin.configs {
        let separator = if config.is_empty() { "" } else { " " };
        let _ = write!(config, "{separator}{name}={argument}");
    }
    table.row([
        controller.into(),
        pin.number.into(),
        pin.name.as_str().into(),
        pin.owner.clone().into(),
        pin.function.clone().into(),
        pin.group.clone().into(),
        pin.gpio_owner.clone().into(),
        if config.is_empty() { Value::Null } else { config.into() },
    ]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_is_shown_with_its_claims() {
        let mut table =
            Table::new(&["CONTROLLER", "PIN", "NAME", "OWNER", "FUNCTION", "GROUP", "GPIO", "CONFIG"]);
        let pin = PinReport {
            number: 4,
            name: "PA4".into(),
            owner: Some("1c28000.serial".into()),
            function: Some("uart0".into()),
            group: Some("PA4".into()),
            gpio_owner: None,
            configs: vec![("drive-strength", 20), ("bias-pull-up", 1)],
        };
        row(&mut table, "1c20800.pinctrl", &pin);
        let mut out = String::new();
        crate::value::print(&mut out, &table.into()).unwrap();
        assert!(out.contains("uart0") && out.contains("drive-strength=20 bias-pull-up=1"), "{out}");
        assert!(crate::fake::output("pin list nothing").contains("unknown pin controller"));
    }
}
