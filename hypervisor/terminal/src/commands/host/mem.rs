// SPDX-License-Identifier: GPL-2.0-only
//! `host mem`: where each KiB of the machine's memory is.

use kernel::mm::frames::{self, Purpose, Stats};
use kernel::mm::space;

use crate::command::Ctx;
use crate::error::Error;
use crate::value::{Record, Table, Value};

pub(super) fn run(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let mut record = record(&frames::stats());
    let map = space::counts();
    record.set(
        "map",
        Record::new()
            .with("1 GiB blocks", map.gib)
            .with("2 MiB blocks", map.two_mib)
            .with("4 KiB pages", map.page),
    );
    let mut free = Table::new(&["FREE FROM", "SIZE"]);
    frames::for_each_free(&mut |base, size| free.row([Value::Hex(base.0), Value::Bytes(size)]));
    record.set("free memory", free);
    ctx.show(record)
}

fn record(stats: &Stats) -> Record {
    let mut used = Table::new(&["PURPOSE", "KIB", "SHARE"]);
    let free = [("free", stats.free)];
    for (name, bytes) in Purpose::ALL.iter().map(|p| (p.name(), stats.used_for(*p))).chain(free) {
        let share = bytes.saturating_mul(1000).checked_div(stats.total).unwrap_or_default();
        used.row([name.into(), Value::Int(bytes >> 10), Value::Share(share)]);
    }
    Record::new()
        .with("total", Value::Bytes(stats.total))
        .with("free", Value::Bytes(stats.free))
        .with("largest", Value::Bytes(stats.largest))
        .with("hypervisor", Value::Bytes(stats.hypervisor()))
        .with("by purpose", used)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_purpose_has_its_line() {
        let mut stats =
            Stats { total: 1 << 30, free: 700 << 20, largest: 512 << 20, used: [0; Purpose::COUNT] };
        stats.used[Purpose::Image as usize] = 600 << 10;
        stats.used[Purpose::Guests as usize] = 256 << 20;
        let mut out = String::new();
        crate::value::print(&mut out, &record(&stats).into()).unwrap();
        assert!(out.contains("\n  image              600   0.0 %\n"), "{out}");
        assert!(out.contains("\n  guest RAM       262144  25.0 %\n"), "{out}");
        assert!(out.contains("hypervisor:  600 KiB\n"), "{out}");
        for p in Purpose::ALL {
            assert!(out.contains(p.name()), "{}", p.name());
        }
    }
}
