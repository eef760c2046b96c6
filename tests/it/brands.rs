//! White-label integrations: an account sees the brand of the integration that it was installed by, on all pages and in
//! all e-mails, and no word of another brand or of Parom.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output};

use base::config::{BrandConfig, Config, Picture};
use parom::identity::MemberRole;
use parom_tests::{Answer, Engine, Line, Mail, MailServer, Place, Reply, Setup, World, answer, both_engines};
use reqwest::Method;
use serde_json::json;

use crate::admin::operator::Operator;
use crate::panel::add_member;

const LOGO: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" id=\"betas-logo\"/>";

/// The vendor has the brand Alphaline, for itself and one integration, and runs Beta Chat for the other.
fn brands(config: &mut Config) {
    MailServer::serves(config);
    config.vendor.name = "Alphaline".to_owned();
    config.vendor.legal_entity = "Alphaline Ltd".to_owned();
    config.vendor.legal_address = "1 Alphaline Road".to_owned();
    config.vendor.hosting_region = "Riga".to_owned();
    config.vendor.support_url = "https://alphaline.example/help".to_owned();
    config.vendor.support_email = "help@alphaline.example".to_owned();
    let own = |text: &str| Some(text.to_owned());
    config.integrations[0].channels[0].title = "Beta Chat".to_owned();
    let mut alpha = config.integrations[0].clone();
    (alpha.name, alpha.client_id) = ("alpha".to_owned(), "another".to_owned());
    alpha.channels.clear();
    alpha.brand = Some(BrandConfig { name: own("Alphaline"), ..BrandConfig::default() });
    config.integrations[0].brand = Some(BrandConfig {
        name: own("Beta Chat"),
        legal_entity: own("Beta GmbH"),
        legal_address: own("2 Beta Street"),
        support_url: own("https://beta.example/help"),
        support_email: own("help@beta.example"),
        color: own("#0B7A4B"),
        logo: Picture::try_from(LOGO.to_owned()).ok(),
        ..BrandConfig::default()
    });
    config.integrations.push(alpha);
}

/// Fails if the text has a word of another brand, or of Parom where people read it.
#[track_caller]
fn is_of_beta(place: &str, text: &str) {
    for word in ["lphaline", "LPHALINE", "Parom", "Паром"] {
        let mut found = text.match_indices(word).map(|(at, _)| {
            let start = text[..at].char_indices().rev().nth(60).map_or(0, |(at, _)| at);
            &text[start..text.floor_char_boundary(at + 20)]
        });
        // The names of programs: of a header, and of the script's object on the site.
        let named = |around: &&str| !["Parom-", "window.Parom"].iter().any(|name| around.contains(name));
        assert_eq!(found.find(named), None, "{place} says {word}");
    }
}

/// The addresses of the panel's pages that a page leads to.
fn links(page: &Reply) -> Vec<String> {
    let found = page.text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let inside = |href: &&str| href.starts_with("/panel") && !href.starts_with("/panel/static/");
    found.filter(inside).map(|href| href.replace("&#38;", "&").replace("&amp;", "&")).collect()
}

/// Follows every link from the first page.
async fn all_pages(world: &World, line: &Line, language: &'static str) -> usize {
    let owner = world.panel(line.tenant_id).await.reading(language);
    owner.sends("/panel/language", &[("to", language)]).await.is(303);
    let mut due = vec!["/panel".to_owned(), "/panel/nothing".to_owned()];
    let mut seen = BTreeSet::new();
    while let Some(path) = due.pop() {
        // Filters and pages of lists show the same texts.
        let place = path.split('?').next().unwrap_or_default().to_owned();
        if !seen.insert(place) {
            continue;
        }
        let page = owner.opens(&path).await;
        assert!(page.status < 500, "{path}: {}", page.text);
        is_of_beta(&path, &page.text);
        due.extend(links(&page));
    }
    seen.len()
}

async fn a_world(engine: Engine) -> Option<(World, Line, MailServer)> {
    let mail = MailServer::start().await;
    let mut world = World::start(engine, Setup { change: brands, ..Setup::default() }).await?;
    let begun = world.owner(parom_tests::settings::HOST).installs_in_a_browser().await.is(200);
    is_of_beta("the installation", &begun.text);
    let line = world.chatting().await.0;
    world.messenger.answers_next([Answer::status(422)]);
    world.manager(&line).answers("anna", "Refused").await;
    world.deliver_to_the_end().await;
    Some((world, line, mail))
}

async fn pages(engine: Engine) {
    let Some((world, line, _mail)) = a_world(engine).await else { return };
    for language in ["en", "ru", "es", "pt"] {
        let count = all_pages(&world, &line, language).await;
        assert!(count >= 25, "{count} pages in {language}");
    }
    let owner = world.panel(line.tenant_id).await;
    let page = owner.opens("/panel?lang=en").await.is(200);
    page.says(&["<span>Beta Chat</span>", "https://beta.example/help", "/legal/gdpr?integration=main"]);
    let logo = page.between("<img src=\"", "\"").unwrap().to_owned();
    let logo = owner.opens(&logo).await.is(200);
    assert_eq!((logo.text.as_str(), logo.header("content-type")), (LOGO, "image/svg+xml"));
    assert!(logo.header("content-security-policy").contains("sandbox"));
    let style = page.between("pages.css\">\n<link rel=\"stylesheet\" href=\"", "\"").unwrap().to_owned();
    owner.opens(&style).await.is(200).says(&["--accent:light-dark(#0B7A4B,"]);
    let reader = world.panel(line.tenant_id).await;
    reader.sends("/panel/language", &[("to", "ru")]).await.is(303);
    reader.opens("/panel").await.is(200).says(&["<span>Beta Chat</span>"]);
    reader.opens("/panel/data/all").await.is(200).says(&["В сервисе Beta Chat удаляются"]);

    // Without an account: by the address, or as this browser knows it.
    let visitor = world.visitor();
    is_of_beta("sign-in", &visitor.opens("/panel/sign-in?integration=main").await.is(200).text);
    visitor.opens("/panel/sign-in").await.is(200).says(&["<span>Parom</span>"]);
    assert_eq!(owner.cookie("brand").as_deref(), Some("main"));
    visitor.takes_cookie("brand", "main");
    is_of_beta("sign-in", &visitor.opens("/panel/sign-in").await.is(200).text);
    for law in ["gdpr", "152-fz"] {
        let legal = visitor.opens(&format!("/legal/{law}?lang=en&integration=main")).await.is(200);
        legal.says(&["Beta GmbH", "2 Beta Street", "help@beta.example", "Riga"]);
        is_of_beta(law, &legal.text);
    }
    for missing in ["/brand/alpha/logo", "/brand/alpha/style.css", "/brand/main/icon", "/brand/nothing/logo"] {
        visitor.opens(missing).await.is(404);
    }
    world.close().await;
}

async fn mails(engine: Engine) {
    let Some((mut world, line, mail)) = a_world(engine).await else { return };
    let checks = |letter: &Mail| {
        for text in [&letter.subject, &letter.text, &letter.head] {
            is_of_beta(&letter.subject, text);
        }
        assert!(letter.head.contains("Beta Chat"), "{}", letter.head);
    };
    add_member(&world, line.tenant_id, "anna@example.com", MemberRole::Owner).await;
    let owner = crate::panel::sign_in(&world, "anna@example.com").await;
    owner.opens("/panel/team").await.is(200);
    owner.does("/panel/team/invite", &[("email", "boris@example.com"), ("role", "viewer")]).await;
    let invitation = mail.next().await;
    checks(&invitation);
    let address = invitation.text.split_whitespace().find(|word| word.contains("/panel/link?token=")).unwrap();
    let path = &address[address.find("/panel/").unwrap()..];
    is_of_beta("the invitation", &world.visitor().opens(path).await.is(200).text);
    let visitor = world.visitor();
    visitor.opens("/panel/sign-in").await.is(200);
    visitor.sends("/panel/sign-in/link", &[("email", "anna@example.com"), ("to", "")]).await.is(200);
    let link = mail.next().await;
    checks(&link);
    let address = link.text.split_whitespace().find(|word| word.contains("/panel/link?token=")).unwrap();
    is_of_beta("the link", &world.visitor().opens(&address[address.find("/panel/").unwrap()..]).await.is(200).text);
    // An alert.
    world.messenger.answers_next([Answer::status(401)]);
    world.manager(&line).answers("anna", "Stopped").await;
    world.deliver_all().await;
    world.advance(std::time::Duration::from_secs(60));
    assert_eq!(parom::alert_notices::round(&world.app().alert_notices).await.unwrap(), 1);
    checks(&mail.next().await);
    world.leave_letters();
    world.close().await;
}

/// The widget's answers and a chat on a site.
async fn widget_and_chat(engine: Engine) {
    let Some((world, line, _mail)) = a_world(engine).await else { return };
    let settings = json!({ "color": "#0B7A4B", "consent_text": "I agree" });
    let site = world.asks_for_source("webchat", "Site", "site", settings).await.is(201).text_at("/id");
    let chat = answer(world.api.anonymous(Method::GET, &format!("/chat/{site}"))).await.is(200);
    is_of_beta("the chat", &chat.text);
    chat.says(&["Beta GmbH"]);
    let look = answer(world.api.anonymous(Method::GET, &format!("/chat/{site}/look"))).await.is(200);
    is_of_beta("the chat's look", &look.text);
    let owner = world.panel(line.tenant_id).await;
    for page in ["", "/access?tab=install", "/settings"] {
        let shown = owner.opens(&format!("/panel/sources/{site}{page}")).await;
        is_of_beta(page, &shown.text);
    }
    world.close().await;
}

/// What a form of the admin stores is shown in the panel at once, and its pictures survive a restart.
async fn form(engine: Engine) {
    let Some(mut world) = World::open(engine).await else { return };
    world.setup_is(|config| config.integrations.clear());
    world.restart().await;
    let olga = Operator::signed_in(&world).await;
    olga.proves(&world).await;
    olga.opens("/admin/integrations").await.is(200).says(&["Name of the service", "Accent colour"]);
    let fields =
        [("set.name", "white"), ("set.platform", "kommo"), ("set.client_id", "one"), ("set.client_secret", "s")];
    let with = |more: &[(&'static str, &'static str)]| [&fields[..], more].concat();
    let wrong = olga.sends("/admin/integrations", &with(&[("set.brand_color", "green")])).await.is(422);
    wrong.says(&["must be like #0B5CAD"]);
    let good = [("set.brand_name", "Beta Chat"), ("set.brand_color", "#0B7A4B")];
    olga.sends("/admin/integrations", &with(&good)).await.is(303);
    let page = "/admin/integrations/white";
    let form = olga.opens(page).await.is(200);
    form.says(&["value=\"Beta Chat\"", "value=\"#0B7A4B\"", "type=\"file\""]);
    // A logo is uploaded; one that could act is refused, and so is a form of another session.
    let uploads = async |csrf: &str, picture: &str| {
        let parts = [("csrf", csrf), ("which", "logo"), ("picture", picture)];
        let part = |(name, value)| format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        let body = parts.map(part).concat() + "--b--\r\n";
        let request = olga.request(Method::POST, &format!("{page}/picture")).header("origin", world.api.base());
        answer(request.header("content-type", "multipart/form-data; boundary=b").body(body)).await
    };
    uploads("another", LOGO).await.is(403);
    for (wrong, says) in [
        ("<svg xmlns=\"http://www.w3.org/2000/svg\"><script/></svg>", "This SVG has scripts"),
        ("/etc/passwd", "Choose an SVG or PNG picture"),
    ] {
        uploads(&olga.csrf(), wrong).await.is(303);
        olga.opens(page).await.is(200).says(&[says]);
    }
    uploads(&olga.csrf(), LOGO).await.is(303);
    olga.opens(page).await.is(200).says(&["Saved", "src=\"data:image/svg+xml;base64,"]);
    // The form leaves the logo as it is.
    let good = [("set.client_id", "one"), ("set.brand_name", "Beta Chat"), ("set.brand_color", "#0B7A4B")];
    olga.sends(page, &good).await.is(303);
    world.restart().await;
    let visitor = world.visitor();
    visitor.opens("/panel/sign-in").await.is(200).says(&["<span>Beta Chat</span>", "/brand/white/logo?v="]);
    visitor.opens("/brand/white/logo").await.is(200).says(&["betas-logo"]);
    world.close().await;
}

both_engines!(pages, mails, widget_and_chat, form);

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_parom_faults"));
    let output = command.current_dir(folder).args(arguments).env("PAROM_CONFIG", folder.join("parom.toml")).output();
    let output = output.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output
}

#[test]
fn widget_letter_and_icon_are_the_brands() {
    let folder = tempfile::TempDir::new().unwrap();
    let text = "[server]\npublic_url = \"https://parom.example\"\n[vendor]\nname = \"Alphaline\"\n\
         support_email = \"help@alphaline.example\"\nsupport_url = \"https://alphaline.example\"\n\
         privacy_url = \"https://alphaline.example\"\n[[integration]]\nname = \"beta\"\nplatform = \"amocrm\"\n\
         client_id = \"one\"\nclient_secret = \"s\"\n[integration.widget]\ncode = \"beta_widget\"\n\
         [integration.brand]\nname = \"Beta Chat\"\nsupport_url = \"https://beta.example/help\"\n\
         support_email = \"help@beta.example\"\nprivacy_url = \"https://beta.example/privacy\"\ncolor = \"#0B7A4B\"\n\
         icon = \"icon.svg\"\nunique = \"It connects shops with suppliers.\"\n";
    std::fs::write(folder.path().join("parom.toml"), text).unwrap();
    std::fs::write(folder.path().join("icon.svg"), LOGO).unwrap();
    run(folder.path(), &["widget", "build", "--out", "widget.zip"]);
    run(folder.path(), &["widget", "check", "widget.zip"]);
    let archive = widget::Archive::read(&std::fs::read(folder.path().join("widget.zip")).unwrap()).unwrap();
    for (name, bytes) in archive.files.iter().filter(|(name, _)| name.starts_with("i18n/") || *name == "manifest.json")
    {
        is_of_beta(name, std::str::from_utf8(bytes).unwrap());
    }
    let text = |name: &str| String::from_utf8(archive.files[name].clone()).unwrap();
    assert!(text("i18n/en.json").contains("Sign in to Beta Chat") && text("i18n/ru.json").contains("Beta Chat"));
    assert!(text("style.css").contains("--parom-accent: #0B7A4B;"));
    assert!(text("lib/config.js").contains("https://beta.example/help"));
    let letter = String::from_utf8(run(folder.path(), &["channel", "request", "--lang", "en"]).stdout).unwrap();
    for part in ["It connects shops with suppliers.", "help@beta.example", "channel-icon.svg (round", "Beta Chat"] {
        assert!(letter.contains(part), "{part}: {letter}");
    }
    assert!(!letter.contains("lphaline"), "{letter}");
    assert_eq!(run(folder.path(), &["channel", "icon"]).stdout, LOGO.as_bytes());
}
