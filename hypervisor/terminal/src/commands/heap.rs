// SPDX-License-Identifier: GPL-2.0-only
//! `heap`: the books of the hypervisor's heap.

use kernel::mm::heap;

use crate::command::{Action, Command, Ctx};
use crate::error::Error;
use crate::value::{Record, Value};

/// `heap`
pub const COMMAND: Command = Command {
    name: "heap",
    summary: "the hypervisor's heap",
    actions: &[Action {
        name: "",
        params: &[],
        json: true,
        summary: "show size, use and failures of the heap",
        help: "The heap grows by itself; what it takes from the machine's memory is in 'host mem'.",
        run,
    }],
};

fn run(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    ctx.show(record(heap::stats()))
}

fn record(stats: heap::Stats) -> Record {
    Record::new()
        .with("size", Value::Bytes(stats.size as u64))
        .with("used", Value::Bytes(stats.used as u64))
        .with("free", Value::Bytes(stats.size.saturating_sub(stats.used) as u64))
        .with("peak", Value::Bytes(stats.peak as u64))
        .with("allocations", stats.allocations)
        .with("failures", stats.failures)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_the_books() {
        let stats = heap::Stats { size: 262_144, used: 100_000, peak: 131_072, allocations: 42, failures: 0 };
        let mut out = String::new();
        crate::value::print(&mut out, &record(stats).into()).unwrap();
        assert_eq!(
            out,
            "size:         256 KiB\nused:         100000 B\nfree:         162144 B\npeak:         128 KiB\n\
             allocations:  42\nfailures:     0\n"
        );
        assert!(crate::fake::output("heap --json").starts_with("{\"size\":"));
    }
}
