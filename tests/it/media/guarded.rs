//! Callers cannot make Parom request addresses in private networks.

use std::time::Duration;

use base::config::Config;
use parom::media::MediaKind;
use parom_tests::{Engine, FileHost, Page, Place, Setup, World, once};

use super::{gone, keeps, later, png, stored, unstored_line, wants};

/// Only this machine's own address is listed; everything below is written so that it would lead elsewhere on it.
async fn forbidden_addresses_are_refused_before_a_call(world: &mut World) {
    let line = world.line("support").await;
    let inside = FileHost::start_at("127.0.0.2").await;
    let port = inside.url("").rsplit(':').next().unwrap().to_owned();
    for url in [
        inside.url("/"),
        format!("https://127.0.0.2:{port}/"),
        format!("http://0x7f.2:{port}/"),
        format!("http://2130706434:{port}/"),
        format!("http://0177.0.0.2:{port}/"),
        format!("http://[::ffff:127.0.0.2]:{port}/"),
        format!("http://[::ffff:7f00:2]:{port}/"),
        format!("http://[64:ff9b::127.0.0.2]:{port}/"),
        format!("http://user:pass@127.0.0.1:{port}/"),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        "https://169.254.169.254/latest/meta-data/".to_owned(),
        "https://[fd00:ec2::254]/".to_owned(),
        "https://10.0.0.1/".to_owned(),
        "https://[::1]/".to_owned(),
        "http://8.8.8.8/".to_owned(),
        "file:///etc/passwd".to_owned(),
        "gopher://127.0.0.1:70/".to_owned(),
        "data:text/plain,hello".to_owned(),
        "//127.0.0.1/".to_owned(),
        "not an address".to_owned(),
    ] {
        let id = wants(world, &line, MediaKind::File, &url).await;
        assert_eq!(world.fetch_all().await, 0, "{url} is not even tried");
        assert_eq!(gone(world, &line, id).await, "address_refused", "{url}");
    }
    assert!(inside.asked().is_empty(), "{:?}", inside.asked());
}

async fn each_step_of_a_redirect_is_looked_at(world: &mut World) {
    let line = world.line("support").await;
    let inside = FileHost::start_at("127.0.0.2").await;
    inside.puts("/secret", [Page::file("text/plain", "secret")]);
    let host = FileHost::start().await;
    for to in [
        inside.url("/secret"),
        inside.url("/secret").replace("127.0.0.2", "[::ffff:127.0.0.2]"),
        "http://169.254.169.254/".to_owned(),
        "file:///etc/passwd".to_owned(),
    ] {
        let id = wants(world, &line, MediaKind::File, &host.puts("/away", [Page::to(&to)])).await;
        world.fetch_all().await;
        assert_eq!(gone(world, &line, id).await, "address_refused", "{to}");
    }
    assert!(inside.asked().is_empty() && stored(world).is_empty());
    // An honest one is followed, also a relative one, without a referrer.
    host.puts("/there/file.png", [Page::file("image/png", png(20))]);
    host.puts("/step", [Page::to("there/file.png")]);
    let url = host.puts("/start", [Page::to(&host.url("/step"))]);
    assert_eq!(keeps(world, &line, MediaKind::Picture, &url).await.size, 20);
    assert!(host.asked().iter().all(|asked| !asked.head.to_lowercase().contains("referer")));
    // A ring of them ends.
    let id = wants(world, &line, MediaKind::File, &host.puts("/ring", [Page::to("/ring")])).await;
    world.fetch_all().await;
    assert_eq!((later(world, &line, id).await, host.count("/ring")), (5, 6));
    world.advance(Duration::from_secs(5));
    world.fetch_all().await;
    assert_eq!(gone(world, &line, id).await, "redirect");
}

/// A name is resolved once, for the connection itself: a name that was public when it was checked gains nothing.
async fn a_name_is_judged_by_what_is_dialled() {
    fn nothing_is_listed(config: &mut Config) {
        config.network.allow_private.clear();
    }
    let Some(world) = World::start(Engine::Sqlite, Setup { change: nothing_is_listed, ..Setup::default() }).await
    else {
        return;
    };
    let line = unstored_line(&world);
    let host = FileHost::start().await;
    let named = host.url("/x").replace("http://127.0.0.1", "https://localhost");
    let id = wants(&world, &line, MediaKind::File, &named).await;
    assert_eq!(world.fetch_all().await, 1, "nothing is wrong with the name itself");
    assert_eq!(gone(&world, &line, id).await, "address_refused");
    assert!(host.asked().is_empty());
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_that_lead_inside() {
    a_name_is_judged_by_what_is_dialled().await;
}

once!(forbidden_addresses_are_refused_before_a_call, each_step_of_a_redirect_is_looked_at);
