//! Sends webhooks. The OpenAPI file defines a time limit of 2 seconds and the status 200, but neither order nor
//! retries. Here the webhooks of a chat are sent one after another, and a failed one is retried a few times.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use super::{
    core::Core,
    faults::PostFault,
    state::{Post, PostState, State},
};
use crate::old;

/// Time limit for an answer.
const LIMIT: Duration = Duration::from_secs(2);
/// Delays before the retries, in seconds.
const WAITS: [i64; 5] = [1, 5, 30, 120, 600];

/// Sends due webhooks while Avito runs.
pub(crate) async fn run(core: Weak<Core>) {
    old::send(core, |core| async move {
        launch(&core);
        core.read(|state| state.posts.iter().any(|post| post.state == PostState::Waiting))
    })
    .await;
}

/// Whether a webhook is due or being sent.
pub(crate) fn is_busy(core: &Core) -> bool {
    let now = core.millis();
    core.read(|state| state.posts.iter().any(|post| post.is_on_its_way) || !due(state, now).is_empty())
}

/// Indices of the webhooks to send now: the first of each address and chat.
fn due(state: &State, now: i64) -> Vec<usize> {
    let mut lanes = std::collections::BTreeSet::new();
    let waiting = state.posts.iter().enumerate().filter(|(_, post)| post.state == PostState::Waiting);
    let heads = waiting.filter(|(_, post)| post.is_late || lanes.insert((post.url.as_str(), post.chat.as_str())));
    let is_free = |at: usize, post: &Post| {
        let passed = |other: &Post| other.url == post.url && other.state == PostState::Delivered;
        !post.is_late || state.posts.iter().skip(at + 1).any(passed)
    };
    heads
        .filter(|(at, post)| !post.is_on_its_way && post.due_at <= now && is_free(*at, post))
        .map(|(at, _)| at)
        .collect()
}

fn launch(core: &Arc<Core>) {
    let now = core.millis();
    if core.is_held() || core.read(|state| due(state, now).is_empty()) {
        return;
    }
    let parcels = core.change(|state| {
        let places = due(state, now);
        places.into_iter().filter_map(|at| taken(state, at, core)).collect::<Vec<_>>()
    });
    for (at, post, fault) in parcels {
        let core = Arc::clone(core);
        tokio::spawn(async move {
            let mut status = deliver(&core, &post).await;
            match fault {
                Some(PostFault::Doubled) => status = deliver(&core, &post).await,
                Some(PostFault::LostAnswer) => status = None,
                _ => {}
            }
            core.change(|state| settle(state, at, status));
        });
    }
}

fn taken(state: &mut State, at: usize, core: &Core) -> Option<(usize, Post, Option<PostFault>)> {
    let post = state.posts.get_mut(at)?;
    let fault = if post.is_looked_at { None } else { core.faults.take_delivery() };
    post.is_looked_at = true;
    match fault {
        Some(PostFault::Lost) => {
            post.state = PostState::Dropped;
            return None;
        }
        Some(PostFault::Late) => {
            post.is_late = true;
            return None;
        }
        _ => post.is_on_its_way = true,
    }
    post.attempts += 1;
    Some((at, post.clone(), fault))
}

/// The answer's status; none if there was no answer in time.
async fn deliver(core: &Core, post: &Post) -> Option<u16> {
    let request = core
        .client
        .post(&post.url)
        .header("Content-Type", "application/json")
        // Real webhooks contain a signature whose algorithm is not published, so no client can depend on it.
        .header("X-Avito-Messenger-Signature", "unpublished")
        .timeout(LIMIT)
        .body(post.body.to_string());
    let response = request.send().await.ok()?;
    let status = response.status().as_u16();
    // The outcome does not depend on the answer's body.
    let _body = response.bytes().await;
    Some(status)
}

fn settle(state: &mut State, at: usize, status: Option<u16>) {
    let now = state.now;
    let Some(post) = state.posts.get_mut(at) else { return };
    post.is_on_its_way = false;
    post.last_status = status;
    if status == Some(200) {
        post.state = PostState::Delivered;
        return;
    }
    let wait = usize::try_from(post.attempts).ok().and_then(|attempts| WAITS.get(attempts.saturating_sub(1)));
    match wait {
        Some(seconds) => post.due_at = now + seconds * 1000,
        None => post.state = PostState::GivenUp,
    }
}
