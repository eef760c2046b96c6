//! Servers reached by https send HSTS.

use parom_tests::{Engine, Place, Setup, World};

/// After https a browser does not use http again; over http the header is missing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn browsers_are_instructed_to_use_https_only() {
    const NAME: &str = "strict-transport-security";
    let https = |config: &mut base::config::Config| {
        config.server.public_url = "https://parom.example".parse().unwrap();
        config.server.hsts_days = 2;
    };
    let world =
        World::start(Engine::Sqlite, Setup { change: https, ..Setup::default() }).await.expect("SQLite is there");
    for path in ["/panel/sign-in", "/admin", "/api/v1/tenants", "/healthz", "/nothing"] {
        assert_eq!(world.visitor().opens(path).await.header(NAME), "max-age=172800", "{path}");
    }
    world.close().await;
    let off = |config: &mut base::config::Config| {
        config.server.public_url = "https://parom.example".parse().unwrap();
        config.server.hsts_days = 0;
    };
    for setup in [Setup { change: off, ..Setup::default() }, Setup::default()] {
        let world = World::start(Engine::Sqlite, setup).await.expect("SQLite is there");
        assert_eq!(world.visitor().opens("/panel/sign-in").await.header(NAME), "");
        world.close().await;
    }
}
