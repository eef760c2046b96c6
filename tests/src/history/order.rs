//! I3: the first arrivals of a lane are in the order of writing.

use std::collections::BTreeMap;

use super::check::describe;
use super::{History, REORDERED, Written};

impl History {
    pub(super) fn reordered(&self, mut found: impl FnMut(&'static str, String)) {
        let mut first: BTreeMap<(&str, &str), u64> = BTreeMap::new();
        for (place, one) in (0..).zip(self.arrived.iter().filter(|one| one.taken)) {
            first.entry((&one.tenant, &one.text)).or_insert(place);
        }
        let mut lanes: BTreeMap<(&str, &str), Vec<(&Written, u64)>> = BTreeMap::new();
        for one in &self.written {
            let Some(place) = first.get(&(one.tenant.as_str(), one.text.as_str())) else { continue };
            lanes.entry((&one.tenant, &one.lane)).or_default().push((one, *place));
        }
        for arrivals in lanes.values_mut() {
            arrivals.sort_by_key(|(_, place)| *place);
            for (index, (later, _)) in arrivals.iter().enumerate() {
                let overtaken = arrivals[index + 1..]
                    .iter()
                    .find(|(earlier, _)| earlier.number < later.number && !had_gone_before(later, earlier));
                if let Some((earlier, _)) = overtaken {
                    found(REORDERED, format!("{} came before {}", describe(later), describe(earlier)));
                }
            }
        }
    }
}

/// The later one was offered first, or the spool could not store it, and its delivery began before the earlier one
/// could be sent: this cannot be put right. A message without an acknowledgement became available at an unknown time.
fn had_gone_before(later: &Written, earlier: &Written) -> bool {
    let there = earlier.queued.unwrap_or(earlier.at);
    let first = later.at <= earlier.at || later.past_the_spool;
    !earlier.was_taken() || (first && later.begun.is_some_and(|begun| begun <= there))
}
