//! Actions of customers and managers, including failures of their requests.

use std::time::Duration;

use futures_util::future::join_all;
use rand::RngExt;
use reqwest::Method;
use simulator::crm::HookMessage;

use super::scene::{Held, Scene};
use crate::api::try_answer;

impl Scene {
    /// A customer sends a message `copies` times; one whose last message was not acknowledged repeats that first.
    pub async fn customer_writes(&mut self, lane: usize, copies: usize, at_once: bool) {
        let index = match self.lanes[lane].unanswered.take() {
            Some(index) => index,
            None => self.writes_down(lane, false),
        };
        let text = self.history.written[index].text.clone();
        let body = self.lanes[lane].customer.body(&text, &text);
        let path = self.lines[self.lanes[lane].line].path("/messages");
        let doors = self.doors();
        let first = self.random.random_range(0..doors.len());
        let posts = (0..copies).map(|copy| {
            let door = &doors[(first + copy) % doors.len()];
            let request = door.request(Method::POST, &path).json(&body);
            async move { try_answer(request).await.ok().map(|reply| reply.status) }
        });
        let answers = if at_once { join_all(posts).await } else { one_by_one(posts).await };
        self.notes(format!("{} writes {text}: {answers:?}", self.lanes[lane].name));
        let written = &mut self.history.written[index];
        written.answers.extend(answers);
        if !written.was_taken() {
            self.lanes[lane].unanswered = Some(index);
        }
    }

    /// A manager writes, and the hook is prepared. amoCRM's timestamps of a chat always increase.
    pub fn manager_writes(&mut self, lane: usize) -> Held {
        self.time_passes(Duration::from_millis(1));
        let index = self.writes_down(lane, true);
        let place = &self.lanes[lane];
        let hook = place.manager.prepares(place.name, HookMessage::text(&self.history.written[index].text));
        Held { lane, hook, written: index }
    }

    /// amoCRM posts a hook `copies` times.
    pub async fn hook_comes(&mut self, held: Held, copies: usize, at_once: bool) {
        let sandbox = self.world.sandbox.clone();
        let posts = (0..copies).map(|_| {
            let (sandbox, hook) = (sandbox.clone(), held.hook.clone());
            async move { sandbox.post_hook(&hook.scope_id, hook.body, Some(&hook.signature)).await.status }
        });
        let faults = self.world.faults.clone();
        let may_fail = faults.is_planned("spool.sync");
        let answers = if at_once { join_all(posts).await } else { one_by_one(posts).await };
        let written = &mut self.history.written[held.written];
        written.past_the_spool |= may_fail && !faults.is_planned("spool.sync");
        let first = written.answers.is_empty();
        if first {
            written.at = self.now;
        }
        written.answers.extend(answers.clone());
        let text = written.text.clone();
        if first && self.waiting_in_spools() > 0 {
            self.spooled.push(held.written);
        }
        self.notes(format!("the hook of {text} to {} comes: {answers:?}", self.lanes[held.lane].name));
    }

    /// The messenger reports statuses of a message that it has, sometimes in the wrong order.
    pub async fn messenger_reports(&mut self) {
        let taken = self.world.messenger.taken();
        if taken.is_empty() {
            return;
        }
        let one = &taken[self.random.random_range(0..taken.len())];
        let statuses: &[&str] = match self.random.random_range(0..4) {
            0 => &["delivered"],
            1 => &["delivered", "read"],
            2 => &["read", "delivered"],
            _ => &["read"],
        };
        let source = one.body.pointer("/data/message/source_id").and_then(|id| id.as_str()).unwrap_or_default();
        for status in statuses {
            let path = format!("/api/v1/sources/{source}/messages/{}/status", one.message_id());
            let request = self.world.api.request(Method::POST, &path).json(&serde_json::json!({"status": status}));
            let answer = try_answer(request).await.ok().map(|reply| reply.status);
            self.notes(format!("the messenger reports {status} of {}: {answer:?}", one.text()));
        }
    }
}

async fn one_by_one<T>(posts: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut answers = Vec::new();
    for post in posts {
        answers.push(post.await);
    }
    answers
}
