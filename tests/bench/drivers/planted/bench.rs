// SPDX-License-Identifier: GPL-2.0-only
//! Mistakes that the bench must catch: each test passes if its driver does not.

use driver_bench::{Bench, Io, Model, Test};

/// The tests.
pub const TESTS: &[Test] = &[
    Test::dies("heap_overflow", |b| start(b, "overflow"), "heap-buffer-overflow"),
    Test::dies("copy_beyond_the_end", |b| start(b, "long copy"), "heap-buffer-overflow"),
    Test::dies("use_after_free", |b| start(b, "use after free"), "heap-use-after-free"),
    Test::dies("double_free", |b| start(b, "double free"), "freed by thread"),
    Test::dies("registers_without_readl", |b| start(b, "plain access"), "planted.c"),
    Test::dies("no_such_register", |b| start(b, "unmapped"), "is no address of ioremap()"),
    Test::dies("misaligned_register", |b| start(b, "misaligned"), "no multiple of that"),
    Test::dies(
        "sleep_in_atomic",
        |b| start(b, "sleep in atomic"),
        "may sleep, but was called in atomic context",
    ),
    Test::dies("lock_held_at_return", |b| start(b, "held lock"), "returns with a spinlock held"),
    Test::dies("endless_poll", |b| start(b, "endless poll"), "for ever"),
    Test::dies("dma_after_free", |b| start(b, "dma after free"), "belong to nobody"),
    Test::dies("bug", |b| start(b, "bug"), "planted.c:"),
    Test::dies("leak", leak, "left behind what its probe took: memory, 40 bytes"),
    Test::dies("waits_for_ever", waits_for_ever, "nothing will ever happen"),
    Test::new("an_interrupt_that_nobody_cares_for_is_shut_off", nobody_cares),
];

const PATH: &str = "/planted@1000";

/// Ready bits that never come, and DMA to the address that the driver writes to 8.
struct Device;

impl Model for Device {
    fn read(&mut self, _: &mut Io, _: u64, _: usize) -> u64 {
        0
    }
    fn write(&mut self, io: &mut Io, offset: u64, _: usize, value: u64) {
        if offset == 8 {
            io.dma_write(value, &[1; 40]);
        }
    }
    fn wide(&self) -> bool {
        true
    }
}

fn start(bench: &mut Bench, mistake: &str) {
    bench.add("planted", 0x1000, 0x100, Device);
    bench.start(&format!(
        "/ {{ planted@1000 {{ compatible = \"bench,planted\"; reg = <0x1000 0x100>; interrupts = <0 9 4>;
         mistake = \"{mistake}\"; }}; }};"
    ));
    bench.expect_bound(PATH);
}

fn leak(bench: &mut Bench) {
    start(bench, "leak");
    bench.unbind(PATH);
}

fn waits_for_ever(bench: &mut Bench) {
    start(bench, "leak");
    driver_bench::kernel::sync::Completion::new().wait();
}

fn nobody_cares(bench: &mut Bench) {
    start(bench, "nobody cares");
    bench.set_line(9, true);
    bench.sleep_ms(1000);
    assert!(bench.said("do not want it; it is closed"), "the log says so:\n{}", bench.log().join("\n"));
    assert!(!bench.line_open(9), "the line is masked");
    let taken = bench.interrupts(9);
    assert!((1000..=200_000).contains(&taken), "{taken} interrupts until then");
}
