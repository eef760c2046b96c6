//! What a connection costs that says little or nothing (H3): callers that announce a body and send none, that trickle,
//! that begin many requests, and what all other callers get meanwhile. Deadlines are measured by the world's clock, so
//! they pass when a test advances it.

mod bodies;
mod headers;
mod idle_streams;
mod raw;
mod shares;
mod uploads;
mod wall;

use std::time::Duration;

use futures_util::future::join_all;
use parom_tests::World;

pub use raw::Raw;

/// Advances the clock until all callers got an answer and their connections were ended; returns the answers. More than
/// once, because only the time counts in which the server waits for a caller, and it may be about to begin that.
async fn ended_in_time(world: &World, callers: Vec<Raw>) -> Vec<String> {
    let hear = async |mut caller: Raw| caller.hears_to_the_end().await;
    let heard = tokio::spawn(join_all(callers.into_iter().map(hear)));
    world
        .until("the server ends the connections", async || {
            world.advance(Duration::from_secs(21));
            heard.is_finished().then_some(())
        })
        .await;
    heard.await.expect("they were heard")
}
