// SPDX-License-Identifier: GPL-2.0-only
//! `pwm`: the machine's pulse width modulators.

use kernel::pwm;

use crate::command::{Action, Command, Ctx};
use crate::error::Error;
use crate::value::{Table, Value};

/// `pwm`
pub const COMMAND: Command = Command {
    name: "pwm",
    summary: "the machine's pulse width modulators",
    actions: &[Action {
        name: "list",
        params: &[],
        json: true,
        summary: "list the lines of the PWM chips",
        help: "PERIOD and DUTY, the part of it in which the line is active, are in nanoseconds.",
        run,
    }],
};

fn run(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let mut table = Table::new(&["CHIP", "LINE", "ON", "PERIOD", "DUTY", "INVERSED", "USER"]);
    for chip in pwm::list() {
        for line in chip.lines() {
            table.row([
                Value::from(chip.name()),
                line.line.into(),
                line.state.enabled.into(),
                line.state.period.into(),
                line.state.duty.into(),
                line.state.inversed.into(),
                line.user.as_deref().map_or(Value::Null, Value::from),
            ]);
        }
    }
    ctx.show(table)
}

#[cfg(test)]
mod tests {
    use alloc::boxed::Box;
    use kernel::pwm::{Pwm, PwmOps, Result, State, register};

    struct Model;
    impl PwmOps for Model {
        fn apply(&self, _line: u32, _state: &State) -> Result<()> {
            Ok(())
        }
    }

    #[test]
    fn lists_lines() {
        let chip = register("1c21400.pwm", 2, Box::new(Model));
        let fan = Pwm::take(&chip, 1, "fan").unwrap();
        fan.apply(&State { period: 40_000, duty: 10_000, enabled: true, ..State::default() }).unwrap();
        assert_eq!(
            crate::fake::output("pwm list"),
            "CHIP         LINE  ON   PERIOD   DUTY  INVERSED  USER\n\
             1c21400.pwm     0  no        0      0  no        -\n\
             1c21400.pwm     1  yes   40000  10000  no        fan\n"
        );
    }
}
