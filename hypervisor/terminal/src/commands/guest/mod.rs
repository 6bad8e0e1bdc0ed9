// SPDX-License-Identifier: GPL-2.0-only
//! `guest`: the guests, their life and their insides.

#[cfg(feature = "virtio")]
mod balloon;
mod info;
mod life;
mod memory;

use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;

use vmm::guest::Guest;
use vmm::manager;

use crate::command::{Action, Command, Ctx, Kind, Param};
use crate::error::{Error, suggest};
use crate::value::clean;

const GUEST: &[Param] = &[Param::one("GUEST", Kind::Guest)];

/// An action on one guest.
const fn one(
    name: &'static str,
    json: bool,
    summary: &'static str,
    help: &'static str,
    run: fn(&mut Ctx<'_>) -> Result<(), Error>,
) -> Action {
    Action { name, params: GUEST, json, summary, help, run }
}

/// `guest`
pub const COMMAND: Command = Command {
    name: "guest",
    summary: "the guests, their life and their insides",
    actions: &[
        Action {
            name: "list",
            params: &[],
            json: true,
            summary: "list the guests, with those of the bundle that are not created",
            help: "TIME is what all vCPUs together have run, EXITS how often they came to the hypervisor.",
            run: life::list,
        },
        one(
            "create",
            true,
            "make a guest from its device tree in the bundle or on a disk",
            "Memory is taken and devices are made; nothing runs before 'guest start'.\n\
             GUEST is the name of one in the bundle, or a file on a disk, VOLUME:/PATH/NAME.dtb: its images are beside\n\
             it, or in the folder above if it is in one named 'guests', and are read at each start and reset.",
            life::create,
        ),
        one(
            "start",
            true,
            "load a guest's images and let it run",
            "The guest is created, off or failed: for one that is paused there is 'guest resume'.",
            life::start,
        ),
        one(
            "stop",
            true,
            "switch a guest off at once",
            "It is not asked: shut it down from within, if it has disks. 'guest start' begins afresh.",
            life::stop,
        ),
        one(
            "pause",
            true,
            "let a guest stand still",
            "Its clock stands still too, so that it does not notice.",
            life::pause,
        ),
        one("resume", true, "let a paused guest go on", "", life::resume),
        one("reset", true, "switch a guest off and start it afresh", "", life::reset),
        one(
            "destroy",
            true,
            "end a guest and free all that it has",
            "'guest create' makes it again.",
            life::destroy,
        ),
        one(
            "info",
            true,
            "show all about a guest",
            "State and the reason of a failure, vCPUs, memory map and block sizes, devices and their counts, interrupt\n\
             controller, what it did that a good guest does not.",
            info::info,
        ),
        one(
            "irqs",
            true,
            "list a guest's interrupts that are enabled, pending or active",
            "LR is the list register that holds the interrupt, as vCPU:number. HOST is the host interrupt behind it.",
            info::irqs,
        ),
        one(
            "dt",
            false,
            "write the device tree that a guest gets, as source",
            "What each start adds to /chosen, the place of the initrd and a random seed, is not in it.",
            memory::dt,
        ),
        #[cfg(feature = "virtio")]
        Action {
            name: "balloon",
            params: &[Param::one("GUEST", Kind::Guest), Param::optional("SIZE", Kind::Number)],
            json: true,
            summary: "show how a guest with a balloon uses its memory; have it get by with SIZE of it",
            help: "The guest gives up what is beyond SIZE, or takes it back, as it likes: WANTED and GIVEN say how far it is.\n\
                   What it gives up is erased and stays its own: no other guest can have it.",
            run: balloon::run,
        },
        Action {
            name: "dump",
            params: &[
                Param::one("GUEST", Kind::Guest),
                Param::one("ADDRESS", Kind::Number),
                Param::optional("LENGTH", Kind::Number),
            ],
            json: true,
            summary: "show a guest's memory, 256 bytes unless told how many",
            help: "ADDRESS is a guest physical address. Bytes that are not in the guest's RAM are shown as ??.",
            run: memory::dump,
        },
    ],
};

/// The guest that the first argument names.
pub(super) fn find(name: &str) -> Result<Arc<Guest>, Error> {
    manager::find(name).map_err(|_| unknown(name))
}

/// The guest of the action's first argument.
fn guest(ctx: &Ctx<'_>) -> Result<Arc<Guest>, Error> {
    find(ctx.arg(0).unwrap_or_default())
}

fn unknown(name: &str) -> Error {
    let guests = manager::list();
    let names = guests.iter().map(|g| g.name());
    let expected = if manager::in_bundle().iter().any(|n| n == name) {
        format!("a guest that was created ('guest create {}' makes it)", clean(name))
    } else if guests.is_empty() {
        String::from("a guest that was created: there is none")
    } else {
        format!(
            "one of: {}",
            guests.iter().map(|g| g.name().to_string()).collect::<alloc::vec::Vec<_>>().join(", ")
        )
    };
    Error::Unknown {
        what: "guest",
        found: clean(name).into_owned(),
        suggestion: suggest(name, names),
        expected,
    }
}

#[cfg(test)]
mod tests {
    use crate::fake::output;

    #[test]
    fn a_guest_that_is_not_there() {
        for sub in ["start", "stop", "pause", "resume", "reset", "info", "irqs", "dt"] {
            assert_eq!(
                output(&alloc::format!("guest {sub} linux0")),
                alloc::format!(
                    "error: guest {sub}: unknown guest 'linux0'; expected a guest that was created: there is none\n"
                )
            );
        }
        assert!(output("guest destroy linux0").starts_with("error: guest destroy: unknown guest 'linux0'"));
        assert_eq!(
            output("guest create linux0"),
            "error: guest create: the bundle has no guests/linux0.dtb; it has: none\n"
        );
        assert_eq!(output("guest list --json"), "[]\n");
        assert!(output("guest dump linux0 0x1000").contains("unknown guest"));
        assert!(output("guest dump linux0").contains("ADDRESS: found nothing"));
    }
}
