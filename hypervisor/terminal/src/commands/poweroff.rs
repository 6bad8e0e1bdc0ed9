// SPDX-License-Identifier: GPL-2.0-only
//! `poweroff`: the end.

use crate::command::{Action, Command, Ctx};
use crate::error::Error;

/// `poweroff`
pub const COMMAND: Command = Command {
    name: "poweroff",
    summary: "switch the machine off",
    actions: &[Action {
        name: "",
        params: &[],
        json: false,
        summary: "switch the machine off at once, guests and all",
        help: "Under an emulator this ends it. Guests are not asked: shut them down before, if they have disks.",
        run,
    }],
};

fn run(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    ctx.done("switching off")?;
    kernel::power::announce(kernel::power::End::PowerOff);
    Err(Error::failed(kernel::power::poweroff()))
}

#[cfg(test)]
mod tests {
    #[test]
    fn says_why_the_machine_stays_on() {
        assert_eq!(
            crate::fake::output("poweroff"),
            "switching off\nerror: poweroff: the firmware lacks the function\n"
        );
    }
}
