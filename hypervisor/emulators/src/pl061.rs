// SPDX-License-Identifier: GPL-2.0-only
//! Arm PrimeCell GPIO (PL061), after its TRM (DDI 0190): eight lines with interrupts on edges or levels.
//!
//! The lines' inputs are driven from the host side with [`Pl061::set_input`]; [`find`] gives the device by name. A
//! power button for a guest is a line with a `gpio-keys` node in the guest's DTS.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::{Arc, Weak};
use alloc::vec::Vec;

use vmm::config::DeviceConfig;
use vmm::device::{Binding, Context, Emulator, Error, Factory, NodeExtras, Trigger, Width};

use crate::regs::{self, Line, Unimplemented};
use crate::sync::Lock;

/// `arm,pl061`.
pub(crate) const FACTORY: Factory = Factory {
    binding: Binding {
        compatible: &["arm,pl061"],
        title: "PL061 GPIO",
        reg_size: 0x1000,
        irqs: 1,
        trigger: Trigger::Level,
        options: &["ferrovisor,inputs"],
        children: &[],
        describe,
    },
    create,
};

/// Number of lines.
pub const LINES: u32 = 8;

/// Frequency of the clock that the guest is told of, in hertz.
const CLOCK: u32 = 24_000_000;
/// PeriphID0..3: part 0x061, designer Arm, revision r0p0.
const PERIPHERAL_ID: u32 = 0x0004_1061;

// Registers (TRM 3.2). The data register fills 0x000..=0x3fc: address bits 9:2 are a mask of lines.
const DATA_LAST: u64 = 0x3fc;
const DIR: u64 = 0x400;
const IS: u64 = 0x404;
const IBE: u64 = 0x408;
const IEV: u64 = 0x40c;
const IE: u64 = 0x410;
const RIS: u64 = 0x414;
const MIS: u64 = 0x418;
const IC: u64 = 0x41c;
const AFSEL: u64 = 0x420;

/// The registers; one bit a line.
#[derive(Default)]
struct Regs {
    /// What the host side drives the lines to.
    inputs: u8,
    /// What the guest drives outputs to.
    outputs: u8,
    dir: u8,
    /// 1: level, 0: edge.
    sense: u8,
    both_edges: u8,
    /// 1: high or rising, 0: low or falling.
    event: u8,
    enabled: u8,
    /// Edges seen and not cleared.
    edges: u8,
    afsel: u8,
}

impl Regs {
    fn after_reset(inputs: u8) -> Self {
        Self { inputs, ..Self::default() }
    }

    /// The levels of the lines.
    fn pins(&self) -> u8 {
        self.outputs & self.dir | self.inputs & !self.dir
    }

    /// Raw interrupts: edges are remembered, levels are what they are.
    fn ris(&self) -> u8 {
        self.edges & !self.sense | !(self.pins() ^ self.event) & self.sense
    }

    fn mis(&self) -> u8 {
        self.ris() & self.enabled
    }

    /// Changes what drives the lines and notes the edges that this makes. All lines are watched, outputs too.
    fn change(&mut self, f: impl FnOnce(&mut Self)) {
        let before = self.pins();
        f(self);
        let after = self.pins();
        let rose = after & !before;
        let fell = before & !after;
        let wanted = (rose | fell) & self.both_edges | rose & self.event | fell & !self.event;
        self.edges |= wanted & !self.sense;
    }

    fn read(&self, offset: u64) -> Option<u32> {
        let value = match offset {
            0..=DATA_LAST => self.pins() & (offset >> 2) as u8,
            DIR => self.dir,
            IS => self.sense,
            IBE => self.both_edges,
            IEV => self.event,
            IE => self.enabled,
            RIS => self.ris(),
            MIS => self.mis(),
            IC => 0,
            AFSEL => self.afsel,
            _ => return regs::prime_cell_id(PERIPHERAL_ID, offset),
        };
        Some(value.into())
    }

    fn write(&mut self, offset: u64, value: u8) -> Option<()> {
        match offset {
            0..=DATA_LAST => {
                // Lines that are inputs do not take the value.
                let mask = (offset >> 2) as u8 & self.dir;
                self.change(|regs| regs.outputs = regs.outputs & !mask | value & mask);
            }
            DIR => self.change(|regs| regs.dir = value),
            IS => self.sense = value,
            IBE => self.both_edges = value,
            IEV => self.event = value,
            IE => self.enabled = value,
            IC => self.edges &= !value,
            AFSEL => self.afsel = value,
            RIS | MIS => {}
            _ => return regs::prime_cell_id(PERIPHERAL_ID, offset).map(|_| ()),
        }
        Some(())
    }
}

struct State {
    regs: Regs,
    line: Line,
}

impl State {
    #[inline]
    fn update(&mut self) {
        self.line.set(self.regs.mis() != 0);
    }
}

/// A PL061 of a guest.
pub struct Pl061 {
    name: String,
    state: Lock<State>,
    unimplemented: Unimplemented,
}

/// All PL061s, for the host side.
static ALL: Lock<Vec<Weak<Pl061>>> = Lock::new(Vec::new());

/// The PL061 named `name`, such as `linux0/gpio0`, if there is one.
pub fn find(name: &str) -> Option<Arc<Pl061>> {
    all().into_iter().find(|gpio| gpio.name == name)
}

/// All PL061s of all guests.
pub fn all() -> Vec<Arc<Pl061>> {
    ALL.lock().iter().filter_map(Weak::upgrade).collect()
}

impl Pl061 {
    /// The name, such as `linux0/gpio0`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Drives the input of `line`, 0..=7, from outside the guest. A line that the guest made an output keeps the
    /// guest's level, and takes this one when it becomes an input. Whether there is such a line. Any context.
    pub fn set_input(&self, line: u32, level: bool) -> bool {
        if line >= LINES {
            return false;
        }
        let bit = 1u8 << line;
        let mut state = self.state.lock();
        state.regs.change(|regs| regs.inputs = regs.inputs & !bit | if level { bit } else { 0 });
        state.update();
        true
    }

    /// The level of `line`, 0..=7, whoever drives it. Any context.
    pub fn level(&self, line: u32) -> Option<bool> {
        (line < LINES).then(|| self.state.lock().regs.pins() >> line & 1 != 0)
    }
}

impl Emulator for Pl061 {
    fn read(&self, offset: u64, width: Width) -> u64 {
        if !regs::is_slot(offset, width) {
            return self.unimplemented.note();
        }
        let value = self.state.lock().regs.read(offset);
        value.map_or_else(|| self.unimplemented.note(), u64::from)
    }

    fn write(&self, offset: u64, width: Width, value: u64) {
        if !regs::is_slot(offset, width) {
            self.unimplemented.note();
            return;
        }
        let mut state = self.state.lock();
        let done = state.regs.write(offset, value as u8);
        state.update();
        drop(state);
        if done.is_none() {
            self.unimplemented.note();
        }
    }

    fn reset(&self) {
        let mut state = self.state.lock();
        // What is connected to the lines is not reset.
        state.regs = Regs::after_reset(state.regs.inputs);
        state.update();
    }

    fn stop(&self) {
        self.state.lock().line.release();
        ALL.lock().retain(|other| !core::ptr::eq(other.as_ptr(), self));
    }

    fn info(&self) -> String {
        let state = self.state.lock();
        let regs = &state.regs;
        format!(
            "lines {:#04x}, outputs {:#04x}, interrupts {:#04x} of {:#04x}, line {}, unimplemented {}",
            regs.pins(),
            regs.dir,
            regs.ris(),
            regs.enabled,
            if state.line.level() { "high" } else { "low" },
            self.unimplemented.count()
        )
    }
}

fn describe(_: &DeviceConfig, extras: &mut NodeExtras) {
    extras
        .compatible(&["arm,pl061", "arm,primecell"])
        .clock("apb_pclk", CLOCK)
        .flag("gpio-controller")
        .cell("#gpio-cells", 2)
        .flag("interrupt-controller")
        .cell("#interrupt-cells", 2);
}

fn create(ctx: &Context<'_>) -> Result<Arc<dyn Emulator>, Error> {
    let inputs = match (ctx.node.option("inputs"), ctx.node.properties.u32("ferrovisor,inputs")) {
        (None, _) => 0,
        (_, Some(inputs @ 0..=0xff)) => inputs as u8,
        (_, other) => {
            let found = other.map_or("not one cell".to_string(), |inputs| format!("{inputs:#x}"));
            return Err(ctx.property_error("ferrovisor,inputs", &found, "one cell, 0 to 0xff"));
        }
    };
    let gpio = Arc::new(Pl061 {
        name: ctx.full_name(),
        state: Lock::new(State { regs: Regs::after_reset(inputs), line: Line::new(ctx.irq(0)?) }),
        unimplemented: Unimplemented::default(),
    });
    let mut all = ALL.lock();
    all.retain(|other| other.strong_count() != 0);
    all.push(Arc::downgrade(&gpio));
    drop(all);
    Ok(gpio)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Bench, IRQ};

    /// A data register address for the lines of `mask`.
    fn data(mask: u64) -> u64 {
        mask << 2
    }

    /// Accesses as gpio-pl061 makes them: bytes.
    fn r(b: &Bench, offset: u64) -> u8 {
        u8::try_from(b.dev.read(offset, Width::B1)).unwrap()
    }

    fn w(b: &Bench, offset: u64, value: u8) {
        b.dev.write(offset, Width::B1, value.into());
    }

    #[test]
    fn probe() {
        let b = Bench::new(&FACTORY);
        let word = |base| (0..4).fold(0, |id, i: u64| id | b.r(base + 4 * i) << (8 * i));
        assert_eq!((word(0xff0), word(0xfe0) & 0xf_ffff), (0xb105_f00d, 0x0004_1061));
        for register in [DIR, IS, IBE, IEV, IE, RIS, MIS, AFSEL, data(0xff)] {
            assert_eq!(r(&b, register), 0, "{register:#x}");
        }
    }

    #[test]
    fn outputs_through_the_address_mask() {
        let b = Bench::new(&FACTORY);
        let gpio = find(&b.name).unwrap();
        // direction_output(5, 1): value, direction, value again.
        w(&b, data(1 << 5), 1 << 5);
        assert_eq!(r(&b, data(0xff)), 0);
        w(&b, DIR, 1 << 5);
        w(&b, data(1 << 5), 1 << 5);
        assert_eq!((r(&b, data(1 << 5)), r(&b, data(!(1 << 5) & 0xff))), (0x20, 0));
        assert_eq!([gpio.level(5), gpio.level(4), gpio.level(8)], [Some(true), Some(false), None]);
        w(&b, data(0x0f), 0xff);
        assert_eq!(r(&b, data(0xff)), 0x20);
        w(&b, data(1 << 5), 0);
        assert_eq!(r(&b, data(0xff)), 0);
    }

    #[test]
    fn edges_are_remembered_until_cleared() {
        let b = Bench::new(&FACTORY);
        let gpio = find(&b.name).unwrap();
        // Line 0 rising, 1 falling, 2 both.
        w(&b, IEV, 1);
        w(&b, IBE, 4);
        w(&b, IE, 7);
        gpio.set_input(1, true);
        assert_eq!((r(&b, RIS), b.irq()), (0, false));
        gpio.set_input(0, true);
        assert_eq!((r(&b, MIS), b.irq()), (1, true));
        gpio.set_input(0, true);
        gpio.set_input(0, false);
        w(&b, IC, 1);
        assert_eq!((r(&b, RIS), b.irq()), (0, false));
        gpio.set_input(1, false);
        assert_eq!(r(&b, RIS), 2);
        for level in [true, false] {
            w(&b, IC, 0xff);
            gpio.set_input(2, level);
            assert_eq!(r(&b, RIS), 4);
        }
        w(&b, IE, 3);
        assert_eq!((r(&b, RIS), r(&b, MIS), b.irq()), (4, 0, false));
        assert_eq!(b.irqs.changes().len(), 8);
    }

    #[test]
    fn levels_last_as_long_as_they_do() {
        let b = Bench::new(&FACTORY);
        let gpio = find(&b.name).unwrap();
        w(&b, IEV, 1 << 3);
        w(&b, IS, 1 << 3);
        w(&b, IE, 1 << 3);
        assert!(!b.irq());
        gpio.set_input(3, true);
        assert!(b.irq());
        w(&b, IC, 0xff);
        assert!(b.irq());
        gpio.set_input(3, false);
        assert!(!b.irq());
        // Active low.
        w(&b, IEV, 0);
        assert!(b.irq());
        gpio.set_input(3, true);
        assert_eq!((b.irq(), r(&b, RIS)), (false, 0));
    }

    #[test]
    fn the_outside_survives_a_reset_of_the_guest() {
        let b = Bench::new(&FACTORY);
        let gpio = find(&b.name).unwrap();
        gpio.set_input(7, true);
        assert!(!gpio.set_input(8, true));
        w(&b, DIR, 1);
        w(&b, data(1), 1);
        w(&b, IS, 0x80);
        w(&b, IEV, 0x80);
        w(&b, IE, 0x80);
        assert!(b.irq());
        b.dev.reset();
        assert_eq!((b.irq(), r(&b, DIR), r(&b, data(0xff))), (false, 0, 0x80));
        assert_eq!(b.irqs.changes(), [(IRQ, true), (IRQ, false)]);
    }

    #[test]
    fn stop_lets_go() {
        let b = Bench::new(&FACTORY);
        assert!(all().iter().any(|gpio| gpio.name() == b.name));
        b.dev.stop();
        assert!(find(&b.name).is_none());
        assert_eq!(Arc::strong_count(&b.dev), 1);
        b.dev.read(0x424, Width::B4);
        b.dev.write(0x500, Width::B1, 0);
        b.dev.write(0, Width::B8, 0);
        b.dev.read(1, Width::B1);
        assert!(b.dev.info().ends_with("line low, unimplemented 4"), "{}", b.dev.info());
    }
}
