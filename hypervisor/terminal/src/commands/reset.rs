// SPDX-License-Identifier: GPL-2.0-only
//! `reset`: the whole machine starts anew.

use crate::command::{Action, Command, Ctx};
use crate::error::Error;

/// `reset`
pub const COMMAND: Command = Command {
    name: "reset",
    summary: "start the whole machine anew",
    actions: &[Action {
        name: "",
        params: &[],
        json: false,
        summary: "reset the machine at once, guests and all",
        help: "'guest reset' resets one guest. Guests are not asked: shut them down before, if they have disks.",
        run,
    }],
};

fn run(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    ctx.done("resetting")?;
    kernel::power::announce(kernel::power::End::Restart);
    Err(Error::failed(kernel::power::reset()))
}

#[cfg(test)]
mod tests {
    #[test]
    fn says_why_the_machine_stays_up() {
        assert_eq!(
            crate::fake::output("reset"),
            "resetting\nerror: reset: the firmware lacks the function\n"
        );
    }
}
