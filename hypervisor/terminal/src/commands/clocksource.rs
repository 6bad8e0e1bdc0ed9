// SPDX-License-Identifier: GPL-2.0-only
//! `clocksource`: counters and timers of the board, beside the CPUs' own.

use kernel::clocksource::{self, Kind};

use crate::command::{Action, Command, Ctx};
use crate::error::Error;
use crate::value::{Table, Value};

/// `clocksource`
pub const COMMAND: Command = Command {
    name: "clocksource",
    summary: "counters and timers of the board, beside the CPUs' own",
    actions: &[Action {
        name: "list",
        params: &[],
        json: true,
        summary: "list the counters and timers, best first",
        help: "RATE, in hertz, MASK and COUNT are a counter's; SHORTEST and LONGEST say for how long a timer can be set.\n\
               The CPUs' own counter, which the hypervisor and its guests use, has a rating of 400.",
        run: list,
    }],
};

fn list(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let mut table = Table::new(&["NAME", "KIND", "RATING", "RATE", "MASK", "COUNT", "SHORTEST", "LONGEST"]);
    for source in clocksource::list() {
        let [mut rate, mut mask, mut count, mut shortest, mut longest] = [const { Value::Null }; 5];
        let kind = match &source.kind {
            Kind::Counter(counter) => {
                if counter.frequency() > 0 {
                    rate = counter.frequency().into();
                }
                mask = Value::Hex(counter.mask());
                count = (counter.read() & counter.mask()).into();
                "counter"
            }
            Kind::Event(timer) => {
                let (least, most) = timer.range_ns();
                (shortest, longest) = (Value::Nanos(least), Value::Nanos(most));
                "timer"
            }
        };
        let rating = u64::try_from(source.rating).map_or(Value::Null, Value::from);
        table.row([source.name.as_str().into(), kind.into(), rating, rate, mask, count, shortest, longest]);
    }
    ctx.show(table)
}

#[cfg(test)]
mod tests {
    use alloc::boxed::Box;
    use kernel::clocksource::{Counter, EventTimer, Kind, Source, register, unregister};
    use kernel::error::Result;

    struct Fixed;

    impl Counter for Fixed {
        fn read(&self) -> u64 {
            0x107
        }
        fn frequency(&self) -> u64 {
            24_000_000
        }
        fn mask(&self) -> u64 {
            0xff
        }
    }

    impl EventTimer for Fixed {
        fn range_ns(&self) -> (u64, u64) {
            (1000, 2_000_000_000)
        }
        fn once(&self, ns: u64) -> Result<u64> {
            Ok(ns)
        }
    }

    #[test]
    fn counters_and_timers_are_listed() {
        let counter = Source { name: "hstimer".into(), rating: 340, kind: Kind::Counter(Box::new(Fixed)) };
        let timer = Source { name: "sun4i_tick".into(), rating: 350, kind: Kind::Event(Box::new(Fixed)) };
        let made = [register(counter), register(timer)];
        let shown = crate::fake::output("clocksource list");
        let lines: Vec<Vec<&str>> = shown.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(lines[1][..3], ["sun4i_tick", "timer", "350"], "{shown}");
        assert_eq!(lines[1][3..6], ["-", "-", "-"], "{shown}");
        assert_eq!(lines[2], ["hstimer", "counter", "340", "24000000", "0xff", "7", "-", "-"], "{shown}");
        assert!(crate::fake::output("clocksource list --json").contains("\"longest\":2000000000"));
        made.iter().for_each(unregister);
    }
}
