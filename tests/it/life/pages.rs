//! The pages of an installation, in both languages, and whom they let in.

use parom_tests::settings::HOST;
use parom_tests::{Reply, World, answer, once, state_of};
use reqwest::Method;
use simulator::crm::{Fault, Part};

use super::{allows, user};

async fn page(world: &World, path: &str, language: &str, cookie: &str) -> Reply {
    let request = world.api.anonymous(Method::GET, path).header("Accept-Language", language).header("Cookie", cookie);
    answer(request).await
}

/// Begins in a browser: the state, and the cookie it keeps.
async fn begins(world: &World) -> (String, String) {
    let reply = world.owner(HOST).opens_install().await;
    let cookie = reply.header("set-cookie").to_owned();
    for part in ["HttpOnly", "SameSite=Lax", "Path=/oauth"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    (state_of(&reply.is_redirect()), cookie.split(';').next().unwrap().to_owned())
}

async fn the_first_page_says_what_will_happen(world: &mut World) {
    for (language, title, button) in
        [("ru", "Подключение Парома", "Перейти в\u{a0}amoCRM"), ("en", "Connect Parom to amoCRM", "Go to amoCRM")]
    {
        let shown = page(world, "/oauth/install", language, "").await.is(200);
        for words in [title, button, "href=\"/oauth/install?integration=main\""] {
            assert!(shown.text.contains(words), "{words}: {}", shown.text);
        }
        let policy = shown.header("content-security-policy").to_owned();
        let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap().to_owned();
        assert!(shown.text.contains(&format!("<style nonce=\"{nonce}\">")));
        assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "{policy}");
    }
    let chosen = page(world, "/oauth/install?lang=ru", "en", "").await.is(200);
    assert!(chosen.text.contains("lang=\"ru\"") && chosen.text.contains("English"), "{}", chosen.text);
    page(world, "/oauth/install?integration=other", "en", "").await.is(404);
}

async fn only_the_administrators_own_browser_is_let_in(world: &mut World) {
    let (state, cookie) = begins(world).await;
    let (_, foreign) = begins(world).await;
    let back = |state: &str| world.sandbox.allow(HOST, "main", Some(state));
    let shown = page(world, &back(&state), "ru", &cookie).await.is(200);
    assert!(shown.text.contains("Добавить первый источник"), "{}", shown.text);
    assert!(shown.text.contains("/panel/enter?ticket="), "{}", shown.text);
    assert!(shown.header("set-cookie").is_empty(), "the page itself opens no session");
    assert_eq!(shown.header("cache-control"), "no-store");

    for cookie in [foreign.as_str(), "parom-install=made-up"] {
        let (state, _) = begins(world).await;
        let calls = world.sandbox.token_calls().len();
        let shown = page(world, &back(&state), "ru", cookie).await.is(400);
        assert!(!shown.text.contains("ticket="), "another person's browser: {}", shown.text);
        assert_eq!(world.sandbox.token_calls().len(), calls, "L6: no code is exchanged for another person's browser");
    }
    // Another site leads a browser without our cookie here.
    let (state, _) = begins(world).await;
    let calls = world.sandbox.token_calls().len();
    let led = world.api.anonymous(Method::GET, &back(&state)).header("sec-fetch-site", "cross-site");
    assert!(!answer(led).await.is(400).text.contains("ticket="));
    assert_eq!(world.sandbox.token_calls().len(), calls, "L6: a link cannot make a user install");
    // A program is not a browser that could be tricked; it gets no access to the panel.
    let program = answer(world.api.anonymous(Method::GET, &back(&state))).await.is(200);
    assert!(!program.text.contains("ticket="), "{}", program.text);
    // An ordinary user may connect, but does not become the account's owner here.
    let (state, cookie) = begins(world).await;
    let shown = allows(world, user(world, "Maria"), &state, &cookie).await.is(200);
    assert!(!shown.text.contains("ticket="), "{}", shown.text);
}

/// The reason is in the reader's language; amoCRM's text is quoted.
async fn refusals_of_amocrm_are_shown_in_the_readers_language(world: &mut World) {
    for (fault, status, russian, english) in [
        (Fault::Status { code: 503, retry_after: None }, 202, "ответ amoCRM 503", "amoCRM answered 503"),
        (
            Fault::Status { code: 429, retry_after: None },
            202,
            "сейчас не принимает этот вызов",
            "does not accept this call",
        ),
        (Fault::Status { code: 402, retry_after: None }, 202, "аккаунт amoCRM не оплачен", "account is not paid for"),
        (Fault::Reset, 202, "соединение оборвалось", "the connection broke off"),
        (Fault::Status { code: 400, retry_after: None }, 202, "ответ amoCRM 400", "amoCRM answered 400"),
    ] {
        for (language, words) in [("ru", russian), ("en", english)] {
            let (state, cookie) = begins(world).await;
            let back = world.sandbox.allow(HOST, "main", Some(&state));
            world.sandbox.faults().until_cleared(Part::Token, fault.clone());
            let shown = page(world, &back, language, &cookie).await.is(status);
            world.sandbox.faults().clear();
            shown.says(&[words]);
        }
    }
}

/// A state is signed: no change of it is valid.
async fn a_changed_state_is_none(world: &mut World) {
    let (state, cookie) = begins(world).await;
    let changed = |at: usize| {
        let other = if &state[at..=at] == "A" { "B" } else { "A" };
        format!("{}{other}{}", &state[..at], &state[at + 1..])
    };
    let end = state.len();
    for forged in [changed(0), changed(25), changed(end - 20), state[4..].to_owned(), format!("{state}AAAA")] {
        let back = world.sandbox.allow(HOST, "main", Some(&forged));
        page(world, &back, "en", &cookie).await.is(400).says(&["Start again"]);
    }
    let back = world.sandbox.allow(HOST, "main", Some(&state));
    page(world, &back, "en", &cookie).await.is(200);
}

async fn every_end_has_its_words(world: &mut World) {
    let (state, cookie) = begins(world).await;
    let denied = format!("/oauth/callback?error=access_denied&state={state}");
    let shown = page(world, &denied, "ru", &cookie).await.is(200);
    assert!(shown.text.contains("Доступ не\u{a0}разрешён"), "{}", shown.text);
    let odd = "/oauth/callback?code=x&state=y&referer=%3Cb%3Eevil.example";
    let shown = page(world, odd, "en", "").await.is(400);
    assert!(shown.text.contains("Parom sent nothing there") && !shown.text.contains("<b>"), "{}", shown.text);
    let old = format!("/oauth/callback?code=x&state=old&referer={HOST}");
    let shown = page(world, &old, "en", "").await.is(400);
    assert!(shown.text.contains("Start again"), "{}", shown.text);
}

once!(
    the_first_page_says_what_will_happen,
    only_the_administrators_own_browser_is_let_in,
    refusals_of_amocrm_are_shown_in_the_readers_language,
    every_end_has_its_words,
    a_changed_state_is_none,
);
