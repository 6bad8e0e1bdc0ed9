// SPDX-License-Identifier: GPL-2.0-only
//! `thermal`: the machine's thermal zones.

use alloc::format;
use alloc::string::{String, ToString};

use kernel::thermal::{self, TripKind};

use crate::command::{Action, Command, Ctx};
use crate::error::Error;
use crate::value::{Table, Value};

/// `thermal`
pub const COMMAND: Command = Command {
    name: "thermal",
    summary: "the machine's thermal zones",
    actions: &[Action {
        name: "list",
        params: &[],
        json: true,
        summary: "list the zones with their temperatures and trip points",
        help: "Temperatures are in degrees Celsius. A trip point with a '!' is passed; at a critical one the machine is\n\
               switched off.",
        run: list,
    }],
};

fn list(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let mut table = Table::new(&["ZONE", "NAME", "ENABLED", "TEMPERATURE", "TRIPS"]);
    for zone in thermal::list() {
        let trips = zone.trips().into_iter().map(|(trip, passed)| {
            let mark = if passed { "!" } else { "" };
            Value::from(format!("{} {}{mark}", kind(trip.kind), degrees(trip.temperature)))
        });
        table.row([
            zone.id().into(),
            zone.name().into(),
            zone.is_enabled().into(),
            zone.temperature().map_or_else(|cause| cause.to_string(), degrees).into(),
            Value::List(trips.collect()),
        ]);
    }
    ctx.show(table)
}

fn kind(kind: TripKind) -> &'static str {
    match kind {
        TripKind::Active => "active",
        TripKind::Passive => "passive",
        TripKind::Hot => "hot",
        TripKind::Critical => "critical",
    }
}

/// Thousandths of a degree, in degrees.
fn degrees(milli: i32) -> String {
    let sign = if milli < 0 { "-" } else { "" };
    format!("{sign}{}.{:03}", milli.unsigned_abs() / 1000, milli.unsigned_abs() % 1000)
}

#[cfg(test)]
mod tests {
    use alloc::boxed::Box;
    use kernel::error::Cause;
    use kernel::thermal::{Info, Result, Trip, TripKind, ZoneOps, register, unregister};

    struct Sensor(Result<i32>);

    impl ZoneOps for Sensor {
        fn temperature(&self) -> Result<i32> {
            self.0
        }
    }

    #[test]
    fn zones_are_listed() {
        let trip = |kind, temperature| Trip { kind, temperature, hysteresis: 2000 };
        let trips = vec![trip(TripKind::Passive, 70_000), trip(TripKind::Critical, 110_500)];
        let info = |name: &str, trips| Info { name: name.into(), trips, polling_ms: 0, passive_ms: 0 };
        let cpu = register(info("cpu", trips), Box::new(Sensor(Ok(71_250))));
        let cold = register(info("cold", vec![]), Box::new(Sensor(Ok(-500))));
        let broken = register(info("broken", vec![]), Box::new(Sensor(Err(Cause::NotYet))));
        cpu.enable(true).unwrap();
        let shown = crate::fake::output("thermal list");
        assert!(shown.contains("passive 70.000!") && shown.contains("critical 110.500"), "{shown}");
        assert!(shown.contains("cpu     yes      71.250"), "{shown}");
        assert!(shown.contains("-0.500") && shown.contains(&Cause::NotYet.to_string()), "{shown}");
        [&cpu, &cold, &broken].into_iter().for_each(unregister);
    }
}
