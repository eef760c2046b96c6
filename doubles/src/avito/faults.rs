//! Fault injection.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Deserialize;

/// Faults of API calls.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// 429 with `Retry-After`; the call is not executed.
    TooMany {
        /// Seconds.
        retry_after: i64,
    },
    /// This status with Avito's JSON; the call is not executed.
    ServerError {
        /// 500 and above.
        code: u16,
    },
    /// This status with a gateway's HTML page; the call is not executed.
    HtmlPage {
        /// Usually 502.
        code: u16,
    },
    /// The call is executed after a delay.
    Slow {
        /// Milliseconds of the machine's clock.
        millis: u64,
    },
    /// The connection is dropped without an answer; the call is not executed.
    ResetBefore,
    /// The call is executed, then the connection is dropped without an answer.
    ResetAfter,
    /// Any refusal; the call is not executed.
    Refuse {
        /// Status and `error.code`.
        code: u16,
        /// `error.message`.
        message: String,
    },
}

/// Faults of posts to a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PostFault {
    /// It is sent twice.
    Doubled,
    /// It is accepted but its answer is lost, so it is sent again.
    LostAnswer,
    /// It is sent only after a later one.
    Late,
    /// It is never sent.
    Lost,
}

#[derive(Debug)]
struct Rule {
    /// The `operationId` of the OpenAPI file; `*` matches any.
    operation: String,
    left: Option<usize>,
    fault: Fault,
}

/// The thread-safe set of faults, applied in the order in which they were added.
#[derive(Default)]
pub struct Faults {
    rules: Mutex<Vec<Rule>>,
    posts: Mutex<Vec<(Option<usize>, PostFault)>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Faults {
    pub(crate) fn add(&self, operation: &str, left: Option<usize>, fault: Fault) {
        locked(&self.rules).push(Rule { operation: operation.to_owned(), left, fault });
    }

    pub(crate) fn add_post(&self, left: Option<usize>, fault: PostFault) {
        locked(&self.posts).push((left, fault));
    }

    /// Applies the fault to the next `count` calls of this operation: `postSendMessage`, … as the OpenAPI file names
    /// them; `*` is any.
    pub fn next(&self, operation: &str, count: usize, fault: Fault) {
        self.add(operation, Some(count), fault);
    }

    /// Applies the fault to every call of this operation until [`Faults::clear`].
    pub fn until_cleared(&self, operation: &str, fault: Fault) {
        self.add(operation, None, fault);
    }

    /// Applies the fault to the next `count` posts to webhooks.
    pub fn next_posts(&self, count: usize, fault: PostFault) {
        self.add_post(Some(count), fault);
    }

    /// Removes all faults.
    pub fn clear(&self) {
        locked(&self.rules).clear();
        locked(&self.posts).clear();
    }

    /// The number of active faults; 0 once every counted one was used up.
    pub fn left(&self) -> usize {
        locked(&self.rules).len() + locked(&self.posts).len()
    }

    /// Describes the active faults, a line each.
    pub fn describe(&self) -> Vec<String> {
        let times = |left: Option<usize>| left.map_or_else(String::new, |left| format!(" × {left}"));
        let rules = locked(&self.rules);
        let calls = rules.iter().map(|one| format!("{}: {:?}{}", one.operation, one.fault, times(one.left)));
        let posts = locked(&self.posts);
        let posts = posts.iter().map(|(left, fault)| format!("webhook: {fault:?}{}", times(*left)));
        calls.chain(posts).collect()
    }

    /// Takes the faults of this call: every matching delay, and the first other fault.
    pub(crate) fn take(&self, operation: &str) -> Vec<Fault> {
        let mut rules = locked(&self.rules);
        let mut met: Vec<Fault> = Vec::new();
        let mut broken = false;
        for rule in rules.iter_mut() {
            let waits = matches!(rule.fault, Fault::Slow { .. });
            if !(rule.operation == "*" || rule.operation == operation) || (!waits && broken) {
                continue;
            }
            broken |= !waits;
            met.push(rule.fault.clone());
            rule.left = rule.left.map(|left| left.saturating_sub(1));
        }
        rules.retain(|rule| rule.left != Some(0));
        met
    }

    /// Takes the fault of the next post.
    pub(crate) fn take_post(&self) -> Option<PostFault> {
        let mut rules = locked(&self.posts);
        let (left, fault) = rules.first_mut()?;
        let fault = *fault;
        *left = left.map(|left| left.saturating_sub(1));
        rules.retain(|(left, _)| *left != Some(0));
        Some(fault)
    }
}
