//! Files that visitors send: their type is detected from their first bytes, and nothing executable is ever shown.

use base::config::Config;
use parom_tests::settings::HOST;
use parom_tests::{Engine, Place, Reply, Setup, Visitor, World, answer, once};
use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

use super::{OnSite, SHOP, chat_with};
use crate::inbound::kinds::KINDS;
use crate::media::png;

/// A form with these fields, and a file.
fn form(fields: &[(&str, &str)], name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    for (field, value) in fields {
        body.extend(format!("--b\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n").into_bytes());
    }
    let head = format!("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n");
    body.extend(head.into_bytes());
    body.extend(b"Content-Type: image/png\r\n\r\n");
    body.extend(bytes);
    body.extend(b"\r\n--b--\r\n");
    body
}

async fn sends(world: &World, who: &OnSite, id: Uuid, text: &str, file: (&str, &[u8])) -> Reply {
    sends_with(world, who, &[("id", &id.to_string()), ("text", text)], file).await
}

async fn sends_with(world: &World, who: &OnSite, fields: &[(&str, &str)], (name, bytes): (&str, &[u8])) -> Reply {
    let request = who.request(world, Method::POST, "/files").header("Content-Type", "multipart/form-data; boundary=b");
    answer(request.body(form(fields, name, bytes))).await
}

async fn files_are_what_their_bytes_say(world: &mut World) {
    let source = chat_with(world, json!({"allowed_origins": [SHOP]})).await;
    let anna = OnSite::new(&source);
    let picture = png(3_000);
    let id = Uuid::new_v4();
    let sent = sends(world, &anna, id, " Look ", ("C:\\photos\\me.png", &picture)).await.is(202);
    assert_eq!((sent.text_at("/file/kind"), sent.text_at("/file/name")), ("picture".to_owned(), "me.png".to_owned()));
    // The answer was lost: the same again is no second message, and no second file.
    let again = sends(world, &anna, id, "Look", ("me.png", &picture)).await.is(200);
    assert_eq!((&again.json["duplicate"], again.text_at("/id")), (&json!(true), sent.text_at("/id")));
    sends(world, &anna, id, "Look", ("me.png", &png(2_999))).await.is(409);
    let scripts: [(&str, &[u8]); 3] = [
        ("drawing.png", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("page.png", b"<!doctype html><script>alert(1)</script>"),
        ("letter.pdf", b"%PDF-1.7 not much"),
    ];
    for (name, bytes) in scripts {
        let sent = sends(world, &anna, Uuid::new_v4(), "", (name, bytes)).await.is(202);
        assert_eq!(sent.text_at("/file/kind"), "file", "{name}");
        let lent = answer(world.api.anonymous(Method::GET, &sent.text_at("/file/url"))).await.is(200);
        assert!(lent.header("content-disposition").starts_with("attachment"), "{name}");
        assert!(
            !lent.header("content-type").contains("svg") && !lent.header("content-type").contains("html"),
            "{name}"
        );
    }
    world.deliver_all().await;
    let there = world.sandbox.messages(HOST);
    let kinds: Vec<&str> = there.iter().map(|message| message.kind.as_str()).collect();
    assert_eq!(kinds, ["picture", "file", "file", "file"]);
    assert_eq!(there[0].text, "Look");
    let lent = world.app().http.trusted().get(&there[0].media).send().await.unwrap();
    assert_eq!(lent.bytes().await.unwrap(), picture);
    let told = anna.gets(world, "/history").await.is(200);
    assert_eq!(told.json["lines"][0]["file"]["size"], 3_000);
}

async fn every_kind_of_file_arrives_as_what_it_is(world: &mut World) {
    let source = chat_with(world, json!({"allowed_origins": [SHOP]})).await;
    let anna = OnSite::new(&source);
    // A page sends no stickers: a sticker's picture is a picture.
    let kinds = KINDS.map(|(kind, name, _, bytes)| match kind {
        "sticker" => ("picture", name, bytes),
        kind => (kind, name, bytes),
    });
    for (kind, name, bytes) in kinds {
        // Sound that was not recorded on the page is music.
        let (id, voice) = (Uuid::new_v4().to_string(), if kind == "voice" { "1" } else { "" });
        let fields = [("id", id.as_str()), ("text", "Look"), ("voice", voice)];
        let sent = sends_with(world, &anna, &fields, (name, bytes)).await.is(202);
        assert_eq!(sent.text_at("/file/kind"), kind, "{name}");
    }
    world.deliver_all().await;
    let there = world.sandbox.messages(HOST);
    let came: Vec<_> = there.iter().map(|message| (message.kind.as_str(), message.text.as_str())).collect();
    assert_eq!(came, kinds.map(|(kind, ..)| (kind, "Look")));
    for (message, (_, name, bytes)) in there.iter().zip(kinds) {
        assert_eq!(world.sandbox.downloads(HOST, &message.id).await.unwrap().bytes, bytes, "{name}");
    }
}

async fn invalid_files_are_refused(world: &mut World) {
    let source = chat_with(world, json!({"allowed_origins": [SHOP]})).await;
    let anna = OnSite::new(&source);
    let program = [b"MZ".as_slice(), &[0; 300]].concat();
    sends(world, &anna, Uuid::new_v4(), "", ("holiday.png", &program)).await.is(415);
    sends(world, &anna, Uuid::new_v4(), "", ("empty.txt", b"")).await.is(422);
    sends(world, &anna, Uuid::new_v4(), &"x".repeat(4097), ("a.txt", b"text")).await.is(422);
    let evil = OnSite { origin: "https://evil.example".to_owned(), ..anna.clone() };
    sends(world, &evil, Uuid::new_v4(), "", ("a.txt", b"text")).await.is(403);
    let plain = anna.request(world, Method::POST, "/files").json(&json!({"id": Uuid::new_v4()}));
    answer(plain).await.is(415);
    assert!(world.messages().await.is_empty());
    let kept = std::fs::read_dir(&world.app().config.media.dir);
    let files = kept.map(|dir| dir.flatten().filter(|one| one.path().is_file()).count()).unwrap_or(0);
    assert_eq!(files, 0, "nothing of it stays");
}

fn small(config: &mut Config) {
    config.media.file_mb = 1;
    config.media.picture_mb = 1;
    config.media.video_mb = 1;
    config.media.audio_mb = 1;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_too_large_are_refused_and_the_limit_is_announced() {
    let setup = Setup { change: small, ..Setup::default() };
    let world = World::start(Engine::Sqlite, setup).await.expect("SQLite is there");
    let source = chat_with(&world, json!({"allowed_origins": [SHOP]})).await;
    let anna = OnSite::new(&source);
    assert_eq!(anna.gets(&world, "/look").await.json["limits"]["picture"], 1024 * 1024);
    let large = vec![b'x'; 1024 * 1024 + 1];
    sends(&world, &anna, Uuid::new_v4(), "", ("large.txt", &large)).await.is(413);
    for _ in 0..9 {
        sends(&world, &anna, Uuid::new_v4(), "", ("a.txt", b"text")).await.is(202);
    }
    let eleventh = sends(&world, &anna, Uuid::new_v4(), "", ("a.txt", b"text")).await.is(429);
    assert_eq!(eleventh.header("retry-after"), "10");
    world.another_worker().deliver_all().await.unwrap();
    world.close().await;
}

// The picture in a chat's header: uploaded in the panel, served to every page as what its bytes say.

/// A picture of 108 × 108 pixels.
pub const PICTURE: &[u8] = include_bytes!("../../../widget/assets/images/logo_small.png");

/// Sends the form of the logo with these parts, as a browser does.
async fn logo_sends(world: &World, panel: &Visitor, source: &str, parts: &[(&str, &[u8])]) -> Reply {
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
    let reply = logo_sends(world, panel, source, &[("csrf", csrf.as_bytes()), ("picture", picture)]).await.is(303);
    panel.goes(&reply.is_redirect()).await.is(200)
}

/// Uploads the photo of someone in the team.
pub async fn uploads_photo(world: &World, panel: &Visitor, source: &str, name: &str, picture: &[u8]) -> Reply {
    let csrf = panel.csrf();
    let parts = [("csrf", csrf.as_bytes()), ("which", name.as_bytes()), ("picture", picture)];
    logo_sends(world, panel, source, &parts).await
}

async fn photos_of_the_team_are_shown_by_name(world: &mut World) {
    let source = chat_with(world, json!({"allowed_origins": [SHOP], "team": ["Anna", "Pavel"]})).await;
    let panel = world.panel(world.active(HOST).await).await;
    let anna = OnSite::new(&source);
    let photos = async |world: &World| {
        let look = anna.gets(world, "/look").await.is(200);
        ["/team/0/photo", "/team/1/photo"]
            .map(|path| look.json.pointer(path).and_then(serde_json::Value::as_i64).unwrap())
    };
    assert_eq!(photos(world).await, [0, 0]);
    uploads_photo(world, &panel, &source, "Pavel", PICTURE).await.is(303);
    let [none, version] = photos(world).await;
    assert!(none == 0 && version > 0, "{version}");
    let at = |place: usize| format!("/chat/{source}/team/{place}?v={version}");
    let shown = answer(world.api.anonymous(Method::GET, &at(1))).await.is(200);
    assert_eq!((shown.header("content-type"), shown.header("x-content-type-options")), ("image/png", "nosniff"));
    assert!(shown.header("cache-control").contains("immutable"));
    answer(world.api.anonymous(Method::GET, &at(0))).await.is(404);
    answer(world.api.anonymous(Method::GET, &at(2))).await.is(404);
    // Who is not in the team has no photo, and nothing but a picture is one.
    uploads_photo(world, &panel, &source, "Boris", PICTURE).await.is(404);
    let refused = uploads_photo(world, &panel, &source, "Anna", b"<svg/>").await.is(303);
    panel.opens(refused.header("location")).await.says(&["PNG, JPEG or WebP image"]);
    assert_eq!(photos(world).await, [0, version]);
    // Without a photo there are initials.
    let page = panel.opens(&format!("/panel/sources/{source}/access?tab=appearance")).await.is(200);
    page.says(&["Photos of the team", "name=\"remove\""]);
    let csrf = panel.csrf();
    let parts: [(&str, &[u8]); 4] =
        [("csrf", csrf.as_bytes()), ("which", b"Pavel"), ("remove", b"1"), ("picture", b"")];
    logo_sends(world, &panel, &source, &parts).await.is(303);
    assert_eq!(photos(world).await, [0, 0]);
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
    panel.opens("/panel/audit").await.is(200).says(&["logo"]);

    let csrf = panel.csrf();
    logo_sends(world, &panel, &source, &[("csrf", csrf.as_bytes()), ("remove", b"1"), ("picture", b"")]).await.is(303);
    assert_eq!(logo_of(world, &anna).await, "");
    answer(world.api.anonymous(Method::GET, &at)).await.is(404);
}

async fn other_files_and_other_peoples_forms_are_refused(world: &mut World) {
    let source = chat_with(world, json!({"allowed_origins": [SHOP]})).await;
    let anna = OnSite::new(&source);
    let panel = world.panel(world.active(HOST).await).await;
    panel.opens(&format!("/panel/sources/{source}/access")).await.is(200);
    let svg: &[u8] = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>";
    uploads(world, &panel, &source, svg).await.says(&["Choose a PNG, JPEG or WebP image."]);
    uploads(world, &panel, &source, b"").await.says(&["Choose a PNG, JPEG or WebP image."]);
    let mut large = PICTURE.to_vec();
    large.resize(5 * 1024 * 1024, 0);
    uploads(world, &panel, &source, &large).await.says(&["up to 100"]);
    let mut wide = PICTURE.to_vec();
    wide[16..20].copy_from_slice(&4096_u32.to_be_bytes());
    uploads(world, &panel, &source, &wide).await.says(&["32 to 1,024 pixels wide"]);
    logo_sends(world, &panel, &source, &[("csrf", b"guessed"), ("picture", PICTURE)]).await.is(403);
    logo_sends(world, &panel, &source, &[("picture", PICTURE)]).await.is(403);
    let line = world.line("support").await;
    let csrf = panel.csrf();
    let own = line.source_id.to_string();
    logo_sends(world, &panel, &own, &[("csrf", csrf.as_bytes()), ("picture", PICTURE)]).await.is(404);
    assert_eq!(logo_of(world, &anna).await, "");
}

once!(
    photos_of_the_team_are_shown_by_name,
    other_files_and_other_peoples_forms_are_refused,
    a_logo_is_shown_everywhere_and_can_be_removed
);
once!(every_kind_of_file_arrives_as_what_it_is, files_are_what_their_bytes_say, invalid_files_are_refused);
