//! Spanish and Portuguese, which have the texts that people meet first; what has no translation is English.

use base::i18n::{Language, Words};
use parom_tests::settings::HOST;
use parom_tests::{World, answer, once};
use reqwest::Method;
use reqwest::header::ACCEPT_LANGUAGE;
use serde_json::json;

use crate::webchat::chat_with;
use crate::widget_api::User;

/// The languages with what browsers of their readers send.
const READERS: [(Language, &str); 2] =
    [(Language::Es, "es-MX,es;q=0.9,en;q=0.8"), (Language::Pt, "pt-BR,pt;q=0.9,en;q=0.7")];

fn say(language: Language, key: &'static str) -> String {
    Words::new(language).text(key).with("crm", "amoCRM").to_string()
}

async fn the_sign_in_pages_are_in_the_readers_language(world: &mut World) {
    let source = chat_with(world, json!({})).await;
    for (language, accept) in READERS {
        let page = async |path: &str| {
            let request = world.api.anonymous(Method::GET, path);
            answer(request.header(ACCEPT_LANGUAGE, accept)).await.is(200)
        };
        let lang = format!("<html lang=\"{}\">", language.code());
        let install = page("/oauth/install").await;
        install.says(&[&lang, &say(language, "install-title"), &say(language, "install-will-not")]);
        for other in language.others() {
            install.says(&[&format!("href=\"/oauth/install?lang={}\"", other.code()), other.name()]);
        }
        let chat = page(&format!("/chat/{source}")).await;
        chat.says(&[&lang, &say(language, "chat-placeholder"), &say(language, "chat-greeting")]);
    }
}

async fn the_widgets_errors_are_in_the_language_of_the_interface(world: &mut World) {
    let user = User::administrator(world).await;
    for (language, _) in READERS {
        let body = json!({"kind": "webchat", "name": "", "settings": {}});
        let refused = user.post(world, &format!("/sources?lang={}", language.code()), &body).await.is(422);
        assert_eq!(refused.header("content-language"), language.code());
        assert_eq!(refused.text_at("/detail"), say(language, "widget-said-validation").replace('\u{a0}', " "));
    }
}

async fn programs_get_complete_languages(world: &mut World) {
    world.owner(HOST).installs_in_a_browser().await.is(200);
    for (accept, language) in [("es-MX,es;q=0.9", "en"), ("pt-BR", "en"), ("es, ru;q=0.5", "ru")] {
        let request = world.api.request(Method::GET, "/api/v1/tenants?limit=0").header(ACCEPT_LANGUAGE, accept);
        assert_eq!(answer(request).await.is(422).header("content-language"), language, "{accept}");
    }
}

async fn a_page_outside_of_the_set_is_in_english(world: &mut World) {
    world.owner(HOST).installs_in_a_browser().await.is(200);
    let tenant_id = world.active(HOST).await;
    let olga = world.panel(tenant_id).await;
    for (language, _) in READERS {
        olga.sends("/panel/language", &[("to", language.code())]).await.is(303);
        let lang = format!("<html lang=\"{}\"", language.code());
        let sources = olga.opens("/panel/sources").await.is(200);
        sources.says(&[&lang, &say(language, "sources-title"), &say(language, "nav-sign-out")]);
        let english = Words::new(Language::En).text("audit-title").to_string();
        olga.opens("/panel/audit").await.is(200).says(&[&lang, &english, &say(language, "nav-sources")]);
    }
    // The vendor's own pages have the complete languages alone.
    let admin = answer(world.api.anonymous(Method::GET, "/admin/sign-in?lang=es")).await.is(200);
    admin.says(&["<html lang=\"en\">", "lang=\"ru\""]);
    admin.never_says(&["Español"]);
}

once!(
    the_sign_in_pages_are_in_the_readers_language,
    the_widgets_errors_are_in_the_language_of_the_interface,
    programs_get_complete_languages,
    a_page_outside_of_the_set_is_in_english
);
