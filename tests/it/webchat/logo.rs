//! The picture in a chat's header: uploaded in the panel, served to every page as what its bytes say.

use parom_tests::settings::HOST;
use parom_tests::{Reply, Visitor, World, answer, both};
use reqwest::Method;
use serde_json::json;

use super::{OnSite, SHOP, chat_with};

/// A picture of 108 × 108 pixels.
pub const PICTURE: &[u8] = include_bytes!("../../../widget/assets/images/logo_small.png");

/// Sends the form of the logo with these parts, as a browser does.
async fn sends(world: &World, panel: &Visitor, source: &str, parts: &[(&str, &[u8])]) -> Reply {
    let mut body = Vec::new();
    for (name, value) in parts {
        let file = if *name == "picture" { "; filename=\"logo.png\"" } else { "" };
        body.extend(format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n").into_bytes());
        body.extend_from_slice(value);
        body.extend(b"\r\n");
    }
    body.extend(b"--b--\r\n");
    let request = panel.request(Method::POST, &format!("/panel/sources/{source}/logo"));
    let request = request.header("origin", world.api.base());
    answer(request.header("content-type", "multipart/form-data; boundary=b").body(body)).await
}

/// Uploads a picture as the chat's logo, and returns the page that follows.
pub async fn uploads(world: &World, panel: &Visitor, source: &str, picture: &[u8]) -> Reply {
    let csrf = panel.csrf();
    let reply = sends(world, panel, source, &[("csrf", csrf.as_bytes()), ("picture", picture)]).await.is(303);
    panel.goes(&reply.is_redirect()).await.is(200)
}

async fn logo_of(world: &World, anna: &OnSite) -> String {
    anna.gets(world, "/look").await.is(200).text_at("/logo")
}

async fn a_logo_is_shown_everywhere_and_can_be_removed(world: &mut World) {
    let source = chat_with(world, json!({"allowed_origins": [SHOP], "title": "Shop"})).await;
    let anna = OnSite::new(&source);
    let panel = world.panel(world.active(HOST).await).await;
    let access = format!("/panel/sources/{source}/access");
    panel.opens(&access).await.is(200).says(&["type=\"file\"", "1024 × 1024"]);
    assert_eq!(logo_of(world, &anna).await, "");
    let path = format!("/chat/{source}/logo");
    answer(world.api.anonymous(Method::GET, &path)).await.is(404);
    let page = world.visitor().opens(&format!("/chat/{source}")).await.is(200);
    page.says(&["class=\"avatar\" aria-hidden=\"true\">S<"]);

    uploads(world, &panel, &source, PICTURE).await.says(&["Saved", "id=\"logo\""]);
    let version = logo_of(world, &anna).await;
    assert_eq!(version.len(), 16);
    let at = format!("{path}?v={version}");
    let shown = answer(world.api.anonymous(Method::GET, &at)).await.is(200);
    assert_eq!(shown.header("content-type"), "image/png");
    assert_eq!(shown.header("x-content-type-options"), "nosniff");
    assert!(shown.header("content-security-policy").contains("sandbox"));
    assert_eq!(shown.header("cross-origin-resource-policy"), "cross-origin");
    assert!(shown.header("cache-control").contains("immutable"));
    let early = answer(world.api.anonymous(Method::GET, &path)).await.is(200);
    assert_eq!(early.header("cache-control"), "no-cache", "without its version it may change");
    world.visitor().opens(&format!("/chat/{source}")).await.is(200).says(&[&format!("<img src=\"{at}\"")]);
    let log = panel.opens("/panel/audit").await.is(200);
    log.says(&["logo"]);

    let csrf = panel.csrf();
    sends(world, &panel, &source, &[("csrf", csrf.as_bytes()), ("remove", b"1"), ("picture", b"")]).await.is(303);
    assert_eq!(logo_of(world, &anna).await, "");
    answer(world.api.anonymous(Method::GET, &at)).await.is(404);
}

async fn other_files_and_other_peoples_forms_are_refused(world: &mut World) {
    let source = chat_with(world, json!({"allowed_origins": [SHOP]})).await;
    let anna = OnSite::new(&source);
    let panel = world.panel(world.active(HOST).await).await;
    panel.opens(&format!("/panel/sources/{source}/access")).await.is(200);
    let svg: &[u8] = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>";
    uploads(world, &panel, &source, svg).await.says(&["choose a PNG, JPEG or WebP picture"]);
    uploads(world, &panel, &source, b"").await.says(&["choose a PNG, JPEG or WebP picture"]);
    let mut large = PICTURE.to_vec();
    large.resize(5 * 1024 * 1024, 0);
    uploads(world, &panel, &source, &large).await.says(&["up to 100"]);
    let mut wide = PICTURE.to_vec();
    wide[16..20].copy_from_slice(&4096_u32.to_be_bytes());
    uploads(world, &panel, &source, &wide).await.says(&["between 32 and 1024 pixels"]);
    sends(world, &panel, &source, &[("csrf", b"guessed"), ("picture", PICTURE)]).await.is(403);
    sends(world, &panel, &source, &[("picture", PICTURE)]).await.is(403);
    let line = world.line("support").await;
    let csrf = panel.csrf();
    let own = line.source_id.to_string();
    sends(world, &panel, &own, &[("csrf", csrf.as_bytes()), ("picture", PICTURE)]).await.is(404);
    assert_eq!(logo_of(world, &anna).await, "");
}

both!(a_logo_is_shown_everywhere_and_can_be_removed, other_files_and_other_peoples_forms_are_refused);
