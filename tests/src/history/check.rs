//! All invariants except the one on order.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    ALIVE, Arrived, BOUNDS, DOUBLED, FORBIDDEN, Fate, History, INVENTED, LOST, MIXED, REFUSED, SECRETS, STATUSES,
    Stored, TOKENS, Violation, Written,
};

/// A reason that indicates a defect of ours.
const OUR_MISTAKE: &str = "internal";

impl History {
    /// All violations, as text. Call it after the run has ended and recovered.
    pub fn violations(&self) -> Vec<Violation> {
        let mut found = Found(Vec::new());
        let by_text = self.by_text();
        self.lost_and_refused(&mut found);
        self.doubled(&mut found, &by_text);
        self.mixed_and_invented(&mut found, &by_text);
        self.reordered(|invariant, words| found.add(invariant, words));
        self.complaints(&mut found);
        self.ledger_gaps(&mut found);
        self.tokens(&mut found);
        self.statuses_fall(&mut found);
        for bound in self.bounds.iter().filter(|bound| bound.value > bound.limit) {
            found.add(BOUNDS, format!("{} is {:.2}, at most {:.2}", bound.name, bound.value, bound.limit));
        }
        self.leaks(&mut found);
        found.0
    }

    fn by_text(&self) -> BTreeMap<&str, &Written> {
        self.written.iter().map(|one| (one.text.as_str(), one)).collect()
    }

    fn lost_and_refused(&self, found: &mut Found) {
        let mut stored: BTreeMap<&str, Vec<&Stored>> = BTreeMap::new();
        for one in &self.stored {
            stored.entry(&one.text).or_default().push(one);
        }
        let came: BTreeSet<&str> = self.arrived.iter().filter(|one| one.taken).map(|one| one.text.as_str()).collect();
        for one in &self.written {
            let rows = stored.get(one.text.as_str()).map_or(&[][..], Vec::as_slice);
            let [row] = rows else {
                match rows.len() {
                    0 if one.was_taken() => {
                        found.add(LOST, format!("{} was answered as taken and is nowhere", describe(one)))
                    }
                    0 if one.remembered => {
                        found.add(REFUSED, format!("{} was not taken and never looked for", describe(one)))
                    }
                    0 => {}
                    many => found.add(DOUBLED, format!("{} is stored {many} times", describe(one))),
                }
                continue;
            };
            match &row.fate {
                Fate::Delivered if !came.contains(one.text.as_str()) => {
                    found.add(LOST, format!("{} counts as delivered and never came", describe(one)));
                }
                Fate::Ended(reason) if reason.is_empty() => {
                    found.add(LOST, format!("{} was given up without a reason", describe(one)));
                }
                Fate::Ended(reason) if reason == OUR_MISTAKE => {
                    found.add(LOST, format!("{} was given up by a mistake of ours", describe(one)));
                }
                Fate::Waiting => found.add(ALIVE, format!("{} still waits", describe(one))),
                Fate::Delivered | Fate::Ended(_) => {}
            }
        }
    }

    fn doubled(&self, found: &mut Found, by_text: &BTreeMap<&str, &Written>) {
        let mut taken: BTreeMap<(&str, &str), Vec<&Arrived>> = BTreeMap::new();
        let mut repeats = 0;
        for one in self.arrived.iter().filter(|one| one.taken) {
            let earlier = taken.entry((&one.tenant, &one.text)).or_default();
            if let Some(first) = earlier.first() {
                repeats += 1;
                // Messages never acknowledged are bound by the same rule (I6).
                let answered = by_text.get(one.text.as_str()).is_none_or(|one| one.was_taken());
                let invariant = if answered { DOUBLED } else { FORBIDDEN };
                if first.request_id != one.request_id {
                    found.add(invariant, format!("{:?} came twice under two ids", one.text));
                } else if !one.marked && earlier.iter().any(|before| !before.marked || before.sent < one.sent) {
                    found.add(invariant, format!("{:?} came again without saying so", one.text));
                }
            }
            earlier.push(one);
        }
        if repeats > self.unknown_outcomes {
            let caused = self.unknown_outcomes;
            found.add(DOUBLED, format!("{repeats} repeats came, though only {caused} outcomes were made unknown"));
        }
    }

    fn mixed_and_invented(&self, found: &mut Found, by_text: &BTreeMap<&str, &Written>) {
        for one in &self.arrived {
            match by_text.get(one.text.as_str()) {
                None => found.add(INVENTED, format!("{:?} came and was never written", one.text)),
                Some(written) if written.tenant != one.tenant => {
                    found.add(MIXED, format!("{} came to {}", describe(written), one.tenant));
                }
                Some(_) => {}
            }
        }
        for one in &self.stored {
            if !by_text.contains_key(one.text.as_str()) {
                found.add(INVENTED, format!("{:?} is stored and was never written", one.text));
            }
        }
    }

    fn complaints(&self, found: &mut Found) {
        for one in &self.complaints {
            found.add(INVENTED, format!("a sink complains: {one}"));
        }
    }

    fn ledger_gaps(&self, found: &mut Found) {
        for sum in &self.ledger {
            if sum.accepted != sum.delivered + sum.failed + sum.waiting {
                found.add(
                    LOST,
                    format!(
                        "the ledger of {}: accepted {} is not delivered {} + failed {} + waiting {}",
                        sum.name, sum.accepted, sum.delivered, sum.failed, sum.waiting
                    ),
                );
            }
        }
    }

    fn tokens(&self, found: &mut Found) {
        for one in &self.renewals {
            if one.granted > one.expired + one.lost {
                let words = format!("{} was renewed {} times for {} expiries", one.tenant, one.granted, one.expired);
                found.add(TOKENS, words);
            }
            if one.refused > one.lost {
                let words = format!("{} showed a token {} times that had been replaced", one.tenant, one.refused);
                found.add(TOKENS, words);
            }
        }
    }

    fn statuses_fall(&self, found: &mut Found) {
        let mut highest: BTreeMap<&str, i64> = BTreeMap::new();
        for one in &self.statuses {
            if !one.known {
                found.add(STATUSES, format!("{} has a status and is unknown there", one.message));
            }
            let before = highest.insert(&one.message, one.rank);
            if let Some(before) = before.filter(|before| *before > one.rank) {
                found.add(STATUSES, format!("{} got the status {} after {before}", one.message, one.rank));
            }
        }
    }

    fn leaks(&self, found: &mut Found) {
        let mut words: BTreeSet<&str> = self.secrets.iter().map(String::as_str).collect();
        words.extend(self.written.iter().map(|one| one.text.as_str()));
        for word in words.into_iter().filter(|word| !word.is_empty() && self.log.contains(word)) {
            let line = self.log.lines().find(|line| line.contains(word)).unwrap_or_default();
            let start: String = word.chars().take(4).collect();
            found.add(
                SECRETS,
                format!("the log contains {start}… ({} characters in a line of {})", word.len(), line.len()),
            );
        }
    }
}

struct Found(Vec<Violation>);

impl Found {
    fn add(&mut self, invariant: &'static str, words: String) {
        self.0.push(Violation { invariant, words });
    }
}

pub(super) fn describe(one: &Written) -> String {
    format!("{:?} ({} of {} in {})", one.text, one.number, one.lane, one.tenant)
}
