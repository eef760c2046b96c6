//! The page of the API's description: without scripts, on wide and narrow screens, light and dark.

use parom_tests::{Browser, Engine, Place, World};

use super::looks_right;

/// O4: it is there for everybody, and everybody can read it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o4_the_api_is_described_on_a_page() {
    let Some(browser) = Browser::open("en").await else { return };
    let world = World::open(Engine::Sqlite).await.expect("SQLite is there");
    browser.goto(&format!("{}/api/docs", world.api.base())).await;
    browser.shows("#post_sources_source_id_messages .address code", &["/api/v1/sources/{source_id}/messages"]).await;
    browser.shows("#schema-ConversationIn dt", &["id required"]).await;
    looks_right(&browser, "api-docs").await;
    browser.close().await;
    world.close().await;
}
