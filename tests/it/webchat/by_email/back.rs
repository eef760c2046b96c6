//! N7: a letter's link back moves no browser into another conversation without a page that names it and a button.

use parom_tests::{Mail, Reply, Visitor, World, answer, once};
use reqwest::Method;

use super::{MINUTE, confirmed, links, manager_says, sent, settings};
use crate::identity::Mailed;
use crate::webchat::chat_with;

/// Opens a link as a browser that reports where the navigation came from; an empty text: one that does not report it.
async fn follows(world: &World, who: &Visitor, from: &str, path: &str) -> Reply {
    let mut request =
        world.api.anonymous(Method::GET, path).header("cookie", who.cookies()).header("accept-language", "en");
    if !from.is_empty() {
        request = request.header("sec-fetch-site", from);
    }
    answer(request).await
}

/// Writes on the chat's own page.
async fn writes(who: &Visitor, page: &str, text: &str) {
    let id = who.opens(page).await.is(200).field("id");
    who.sends(&format!("{page}/messages"), &[("id", &id), ("text", text)]).await.is(303);
}

/// Anna's letter with its link back.
async fn letter_of_anna(world: &mut Mailed, source: &str) -> Mail {
    confirmed(world, source).await;
    manager_says(world, "Yes, in blue").await;
    world.advance(11 * MINUTE);
    assert_eq!(sent(world).await, 1);
    world.mail.next().await
}

async fn n7_a_link_back_moves_no_browser_into_another_conversation_unseen(world: &mut Mailed) {
    let source = chat_with(world, settings()).await;
    let letter = letter_of_anna(world, &source).await;
    let back = links(world, &letter)[0].clone();
    let page = format!("/chat/{source}");
    let bert = world.visitor();
    writes(&bert, &page, "My passport, please").await;
    // Bert has a conversation of his own: each time he is asked, and nothing has changed.
    for from in ["cross-site", "same-site", "same-origin", "none", ""] {
        let asked = follows(world, &bert, from, &back).await.is(200);
        asked.says(&["another chat", "Is it in stock?", "<form method=\"post\"", "Stay in my chat"]);
        asked.never_says(&["Yes, in blue", "My passport"]);
        assert_eq!(asked.header("set-cookie"), "", "{from}");
        assert!(asked.header("content-security-policy").contains("frame-ancestors 'none'"), "{from}");
    }
    let own = bert.opens(&page).await.is(200);
    own.says(&["My passport, please"]);
    own.never_says(&["Is it in stock?"]);
    // Another site cannot press the button.
    let pressed = world.api.anonymous(Method::POST, &back).header("cookie", bert.cookies());
    let forged = answer(pressed.header("origin", "https://evil.example").header("sec-fetch-site", "cross-site")).await;
    assert_eq!((forged.status, forged.header("set-cookie")), (403, ""));
    // A browser without a conversation is asked when a page led it here, or when it does not say what did.
    let new = world.visitor();
    for from in ["cross-site", "same-site", "same-origin", ""] {
        let asked = follows(world, &new, from, &back).await.is(200);
        asked.says(&["Is it in stock?", "close this page"]);
        asked.never_says(&["Stay in my conversation"]);
        assert_eq!(asked.header("set-cookie"), "", "{from}");
    }
    follows(world, &new, "none", &back).await.is(303);
    // Who presses the button is moved; what is open already opens again without asking.
    bert.sends(&back, &[]).await.is(303);
    let moved = bert.opens(&page).await.is(200);
    moved.says(&["Is it in stock?", "Yes, in blue"]);
    moved.never_says(&["My passport"]);
    follows(world, &bert, "cross-site", &back).await.is(303);
    let russian = world.visitor().reading("ru");
    russian.opens(&back).await.is(200).says(&["Открыть этот чат", "закройте страницу"]);
    world.visitor().sends(&back.replace("token=", "token=A"), &[]).await.is(410);
    world.leave_letters();
}

once!(n7_a_link_back_moves_no_browser_into_another_conversation_unseen);
