// SPDX-License-Identifier: GPL-2.0-only
//! `host`: the machine that the hypervisor runs on.

mod cpus;
#[cfg(all(debug_assertions, target_os = "none"))]
mod crash;
mod devices;
mod irqs;
mod mem;

use crate::command::{Action, Command, Kind, Param};

/// `host`
pub const COMMAND: Command = Command {
    name: "host",
    summary: "the machine that the hypervisor runs on",
    actions: &[
        Action {
            name: "info",
            params: &[],
            json: true,
            summary: "show machine, processors, interrupt controller and memory in short",
            help: "",
            run: cpus::info,
        },
        Action {
            name: "cpus",
            params: &[],
            json: true,
            summary: "list the host CPUs and what each does",
            help: "VCPUS belong to the CPU, WAITING of them wait while another runs. PROMISED is the share of its time\n\
                   that vCPUs with a budget per period have. BUSY is the share of the time since boot that it was\n\
                   not idle.",
            run: cpus::cpus,
        },
        Action {
            name: "mem",
            params: &[],
            json: true,
            summary: "show what each part of the machine's memory is used for",
            help: "All amounts are exact and add up to the total. HYPERVISOR is what it holds for itself: not guests,\n\
                   nor the bundle of guest images, nor what the firmware reserved.",
            run: mem::run,
        },
        Action {
            name: "irqs",
            params: &[],
            json: true,
            summary: "list the host's interrupts and how often each CPU took them",
            help: "An interrupt that is forwarded goes to a guest, which ends it itself.",
            run: irqs::irqs,
        },
        Action {
            name: "timers",
            params: &[],
            json: true,
            summary: "show each CPU's timers and the clock they run by",
            help: "",
            run: irqs::timers,
        },
        Action {
            name: "devices",
            params: &[],
            json: true,
            summary: "list the devices in the host's device tree",
            help: "",
            run: devices::devices,
        },
        Action {
            name: "dt",
            params: &[Param::optional("PATH", Kind::DtPath)],
            json: false,
            summary: "write the host's device tree, or the part below a node, as source",
            help: "PATH is that of a node, or an alias; unit addresses may be left out.",
            run: devices::dt,
        },
        // In no reference: only debug images have it, for tests.
        #[cfg(all(debug_assertions, target_os = "none"))]
        crash::ACTION,
    ],
};
