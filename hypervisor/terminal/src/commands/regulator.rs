// SPDX-License-Identifier: GPL-2.0-only
//! `regulator`: the machine's power supplies.

use kernel::regulator::{self, Report};

use crate::command::{Action, Command, Ctx};
use crate::error::Error;
use crate::value::{Table, Value};

/// `regulator`
pub const COMMAND: Command = Command {
    name: "regulator",
    summary: "the machine's power supplies",
    actions: &[Action {
        name: "list",
        params: &[],
        json: true,
        summary: "list the regulators",
        help: "Voltages are in microvolts; LOWEST and HIGHEST are what the board allows. USES says how many keep it\n\
               on. Nothing switches off a regulator that is on without users.",
        run,
    }],
};

fn run(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let table = table(regulator::list());
    ctx.show(table)
}

fn table(regulators: alloc::vec::Vec<Report>) -> Table {
    let mut table =
        Table::new(&["NAME", "ON", "USES", "VOLTAGE", "LOWEST", "HIGHEST", "ALWAYS ON", "SUPPLY", "USERS"]);
    for r in regulators {
        table.row([
            r.name.into(),
            r.on.map_or(Value::Null, Value::from),
            r.uses.into(),
            r.voltage.map_or(Value::Null, Value::from),
            r.limits.0.into(),
            r.limits.1.into(),
            r.always_on.into(),
            r.supply.map_or(Value::Null, Value::from),
            Value::List(r.users.into_iter().map(Value::from).collect()),
        ]);
    }
    table
}

#[cfg(test)]
mod tests {
    use alloc::boxed::Box;
    use kernel::regulator::{Caps, Constraints, Desc, Regulator, RegulatorOps, Result, register};

    struct Fixed;
    impl RegulatorOps for Fixed {
        fn caps(&self) -> Caps {
            Caps::VOLTAGE
        }
        fn voltage(&self) -> Result<u32> {
            Ok(3_300_000)
        }
    }

    #[test]
    fn lists_regulators() {
        let desc = Desc { name: "vcc3v3".into(), ..Desc::default() };
        let limits = Constraints { voltage: (3_300_000, 3_300_000), ..Constraints::default() };
        let node = register(desc, limits, Box::new(Fixed)).unwrap();
        let _user = Regulator::new(&node, "mmc0:vmmc", kernel::regulator::Exclusive::No).unwrap();
        assert_eq!(
            crate::fake::output("regulator list"),
            "NAME    ON   USES  VOLTAGE   LOWEST  HIGHEST  ALWAYS ON  SUPPLY  USERS\n\
             vcc3v3  yes     1  3300000  3300000  3300000  yes        -       mmc0:vmmc\n"
        );
    }
}
