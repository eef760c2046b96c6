//! Collects the records of sinks and database for the checker.

use super::Log;
use super::scene::{HOSTS, Scene};
use crate::history::{self, Arrived, History, Renewals, Status};
use crate::settings::{CHANNEL_SECRET, CLIENT_SECRET, VAULT_KEY, VENDOR_KEY};

/// Tokens are valid for a day and may be renewed after half of it.
const HALF_A_DAY: i64 = 43_200_000;

impl Scene {
    /// Records new arrivals at the sinks.
    pub fn looks_around(&mut self) {
        let at = self.now;
        if self.waiting_in_spools() == 0 {
            for index in self.spooled.drain(..) {
                self.history.written[index].queued = Some(at);
            }
        }
        for (place, host) in HOSTS.iter().enumerate() {
            let messages = self.world.sandbox.messages(host);
            for one in &messages[self.seen.0[place]..] {
                // Managers' own messages have no id of the other side.
                let Some(msgid) = &one.msgid else { continue };
                self.history.arrived.push(Arrived {
                    tenant: (*host).to_owned(),
                    text: one.text.clone(),
                    at,
                    request_id: msgid.clone(),
                    taken: true,
                    marked: false,
                    sent: 0,
                });
            }
            self.seen.0[place] = messages.len();
        }
        let received = self.world.messenger.received();
        for one in received[self.seen.1..].iter().filter(|one| one.body["type"] == "message.created") {
            let source = one.body.pointer("/data/message/source_id").and_then(|id| id.as_str()).unwrap_or_default();
            let line = self.lines.iter().find(|line| line.source_id.to_string() == source);
            self.history.arrived.push(Arrived {
                tenant: line.map(|line| line.host.clone()).unwrap_or_default(),
                text: one.text(),
                at,
                request_id: one.webhook_id.clone(),
                taken: one.was_taken(),
                marked: one.body["repeat"] == true,
                sent: one.timestamp,
            });
        }
        self.seen.1 = received.len();
    }

    /// The whole history of the run.
    pub async fn history(&mut self, log: &Log) -> History {
        let mut history = std::mem::take(&mut self.history);
        let db = self.world.app().store.read();
        history.stored = history::stored(db).await;
        history.ledger = history::ledger(db).await;
        history.log = log.take();
        history.secrets = [CHANNEL_SECRET, CLIENT_SECRET, VAULT_KEY, VENDOR_KEY].map(str::to_owned).into();
        history.secrets.extend(self.lines.iter().map(|line| line.webhook_secret.clone()));
        let days = usize::try_from((self.world.clock.millis() - self.started_at) / HALF_A_DAY).unwrap_or(0);
        let calls = self.world.sandbox.token_calls();
        for (place, host) in HOSTS.iter().enumerate() {
            let renewals = calls.iter().filter(|call| call.host == *host && call.grant_type == "refresh_token");
            let (granted, refused): (Vec<_>, Vec<_>) = renewals.partition(|call| call.granted);
            history.renewals.push(Renewals {
                tenant: (*host).to_owned(),
                expired: self.expired[place] + days,
                granted: granted.len(),
                refused: refused.len(),
                lost: 0,
            });
            for message in self.world.sandbox.messages(host) {
                let told = message.statuses.iter().map(|status| Status {
                    message: message.id.clone(),
                    known: true,
                    // A failure is final.
                    rank: if status.code < 0 { i64::MAX } else { status.code },
                });
                history.statuses.extend(told);
            }
        }
        history.complaints = self.world.messenger.problems();
        let odd = self.world.sandbox.problems().into_iter().filter(|one| !one.contains(history::SAID_AGAIN));
        history.complaints.extend(odd);
        history
    }
}
