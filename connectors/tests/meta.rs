//! Instagram and Messenger against the simulated Meta, over real HTTP in both directions.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests: a failed unwrap is the test's answer")]

mod meta_world;

use std::time::Duration;

use base::message::{Content, Media, Post, Quote, Role, State};
use base::verdict::Verdict;
use connectors::incoming::InboundEvent;
use connectors::{Connector, Denied, Event, MessageIds, Watched};
use meta_world::{Line, World, text, wrote};
use secrecy::ExposeSecret;
use serde_json::json;
use simulator::meta::{Act, Author, Content as Said, Fault, Given, HookFault, Platform};

/// Sends a text in the chat with Anna; returns its id at Meta.
async fn say(line: &Line, words: &str) -> String {
    match line.send(Event::Created(Box::new(text(words)))).await.verdict {
        Verdict::Done(taken) => taken.external_id.unwrap(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn messages_go_both_ways() {
    let world = World::start().await;
    for line in world.lines() {
        line.anna().writes("Сколько стоит?").unwrap();
        let told = line.events().await;
        let first = wrote(&told[0]);
        assert_eq!(line.completed(first).await.sender.name.as_deref(), Some("Maria Kovaleva"));
        assert_eq!(first.conversation_id, line.anna_id());
        line.heard(first);
        let mid = say(line, "10 EUR").await;
        assert_eq!(line.sent().last().unwrap().text, "10 EUR");
        let echo = line.events().await;
        let is_known = matches!(&echo[..], [InboundEvent::Nothing("echo")])
            || matches!(&echo[..], [InboundEvent::Status(one)] if one.message == mid && one.state == State::Sent);
        assert!(is_known, "{echo:?}");
        line.anna().hears("from the phone").unwrap();
        let phone = line.events().await;
        assert_eq!(wrote(&phone[0]).body.sender.role, Role::Manager);
    }
}

#[tokio::test]
async fn receipts_reactions_edits_and_presses_come_back() {
    let world = World::start().await;
    for line in world.lines() {
        let own = line.anna().writes("Hello").unwrap();
        line.heard(wrote(&line.events().await[0]));
        let mid = say(line, "Good day").await;
        line.events().await;
        line.anna().reads().unwrap();
        let told = line.events().await;
        assert!(matches!(&told[..], [InboundEvent::StatusUpTo(one)] if one.state == State::Read), "{told:?}");
        line.anna().reacts(&mid, "❤️").unwrap();
        let told = line.events().await;
        assert!(
            matches!(&told[..], [InboundEvent::Reacted(one)] if one.message == mid && one.emoji.is_some()),
            "{told:?}"
        );
        line.anna().edits(&own, "Hello!").unwrap();
        let told = line.events().await;
        assert!(matches!(&told[..], [InboundEvent::Changed(one)] if one.written.external_id == own), "{told:?}");
        let message = MessageIds { id: uuid::Uuid::nil(), external_id: Some(own.clone()) };
        let sender = Default::default();
        line.send(Event::Reaction { message, sender, emoji: Some("❤️".into()) }).await;
        let reactions = line.meta().message(&own).unwrap().reactions;
        assert_eq!(reactions[&Author::Line][0].trim_end_matches('\u{fe0f}'), "❤");
        line.send(Event::Typing { sender: Default::default(), until: world.now() }).await;
        let shown: Vec<String> = line.meta().activities(&line.account.id).into_iter().map(|(_, name)| name).collect();
        assert!(shown.ends_with(&["mark_seen".to_owned(), "typing_on".to_owned()]), "{shown:?}");
        line.anna().opens("shop-7").unwrap();
        let told = line.events().await;
        assert!(matches!(&told[..], [InboundEvent::Began(one)] if one.mark.as_deref() == Some("shop-7")), "{told:?}");
    }
    let instagram = &world.lines()[0];
    let mid = instagram.anna().writes("oops").unwrap();
    instagram.events().await;
    instagram.anna().removes(&mid).unwrap();
    assert!(
        matches!(&instagram.events().await[..], [InboundEvent::TookBack { pieces: messages }] if messages[0] == mid)
    );
}

#[tokio::test]
async fn buttons_lead_back_to_their_message() {
    let world = World::start().await;
    for line in world.lines() {
        line.anna().writes("Hello").unwrap();
        line.heard(wrote(&line.events().await[0]));
        let mut message = text("Which?");
        let button = |text: &str| base::message::Button { text: text.into(), url: None };
        message.markup = Some(base::message::Markup::Buttons(vec![vec![button("Red"), button("Blue")]]));
        let id = message.id;
        line.send(Event::Created(Box::new(message))).await;
        line.events().await;
        let sent = line.sent().pop().unwrap();
        line.anna().presses(sent.id, "Blue").unwrap();
        let told = line.events().await;
        assert!(matches!(&told[..], [InboundEvent::Pressed(one)] if one.message_id == Some(id)), "{told:?}");
    }
}

#[tokio::test]
async fn files_go_both_ways() {
    let world = World::start().await;
    for line in world.lines() {
        line.anna().sends(Said::of("image").file(Given::bytes("a.jpg", "image/jpeg", &b"jpeg"[..]))).unwrap();
        let told = line.events().await;
        let media = wrote(&told[0]).body.content.media().cloned().unwrap();
        let reference = media.reference.unwrap();
        assert_eq!(line.fetch(&reference).await.unwrap(), b"jpeg");
        line.heard(wrote(&told[0]));
        let media = Media {
            media_url: format!("{}/static/face.png", line.meta().base_url()),
            media_id: Some(uuid::Uuid::from_u128(1)),
            file_name: "face.png".into(),
            file_size: 5,
            mime_type: Some("image/png".into()),
            ..Media::default()
        };
        let message = connectors::Message { content: Content::Picture(media), ..text("") };
        line.send(Event::Created(Box::new(message))).await;
        assert_eq!(line.sent().pop().unwrap().files[0].mime, "image/png");
        world.meta.expire_files();
        assert!(line.fetch(&reference).await.is_err());
    }
}

#[tokio::test]
async fn the_window_closes_and_people_may_answer_for_a_week() {
    let world = World::start().await;
    for line in world.lines() {
        line.anna().writes("Hello").unwrap();
        line.heard(wrote(&line.events().await[0]));
    }
    world.advance(Duration::from_secs(25 * 3600));
    for line in world.lines() {
        say(line, "sorry").await;
        assert_eq!(line.sent().pop().unwrap().json["tag"], "HUMAN_AGENT");
        let mut bots = text("bot");
        bots.sender.role = Role::Bot;
        let Verdict::Bury(failure) = line.send(Event::Created(Box::new(bots))).await.verdict else { panic!("sent") };
        assert_eq!(failure.code.word(), "window_closed");
    }
    world.advance(Duration::from_secs(6 * 24 * 3600));
    for line in world.lines() {
        let verdict = line.send(Event::Created(Box::new(text("too late")))).await.verdict;
        assert!(matches!(verdict, Verdict::Bury(failure) if failure.code.word() == "window_closed"));
    }
}

#[tokio::test]
async fn comments_are_answered_publicly_and_once_privately() {
    let world = World::start().await;
    for line in world.lines() {
        let post = world.meta.add_post(&line.account.id, "Roses", "FEED");
        let id = line.anna().at("post", post.as_str()).writes("Price?").unwrap();
        let told = line.events().await;
        let comment = wrote(&told[0]);
        let about = line.completed(comment).await.post.unwrap();
        assert_eq!((about.id.as_str(), about.caption.as_deref()), (post.as_str(), Some("Roses")));
        assert!(about.url.as_deref().unwrap().starts_with("https://www."));
        assert_eq!(comment.external_id, format!("comment:{id}"));
        line.heard(comment);
        let quote = Quote { external_id: Some(comment.external_id.clone()), ..Quote::default() };
        let mut public = text("10 EUR");
        public.post = Some(Post { id: post.clone(), ..Post::default() });
        public.reply_to = Some(quote);
        line.send(Event::Created(Box::new(public))).await;
        let comments = world.meta.comments(&post);
        assert!(comments.iter().any(|one| one.author == Author::Line && one.text == "10 EUR"));
        assert_eq!(line.events().await, [InboundEvent::Nothing("own_comment")]);
        say(line, "and in private").await;
        assert_eq!(line.sent().len(), 1);
        let verdict = line.send(Event::Created(Box::new(text("again")))).await.verdict;
        assert!(matches!(verdict, Verdict::Bury(failure) if failure.code.word() == "window_closed"));
    }
}

#[tokio::test]
async fn accounts_are_checked_subscribed_watched_and_given_up() {
    let world = World::start().await;
    for line in world.lines() {
        assert!(line.connector.check_access(&line.settings()).await.is_ok());
        let identity = line.connector.identity(&line.settings()).await.unwrap().unwrap();
        assert_eq!(identity.key, line.account.id);
        assert_eq!(line.watch().await, Ok(Watched::Fine));
        world.meta.unsubscribe(&line.account.id, &world.app.id);
        assert_eq!(line.watch().await, Ok(Watched::Unset));
        line.connect().await.unwrap();
        assert_eq!(line.watch().await, Ok(Watched::Fine));
        let mut settings = line.settings();
        settings.secrets.insert("access_token".into(), "nonsense".into());
        assert!(line.connector.check_access(&settings).await.is_err());
    }
    let page = &world.lines()[1];
    let mut settings = page.settings();
    settings.secrets.insert("app_secret".into(), "nonsense".into());
    let said = page.connector.check_access(&settings).await.unwrap_err().to_string();
    assert!(said.starts_with("The app secret and the token belong to different apps"), "{said}");
    world.meta.set_callback(&world.app, Platform::Facebook, "https://other.example/hook", &["messages"]);
    assert_eq!(page.watch().await, Ok(Watched::Elsewhere { host: "other.example".into() }));
    page.connect().await.unwrap();
    assert_eq!(world.meta.callback(&world.app.id, Platform::Facebook).as_deref(), Some(page.hook_url()));
    for line in world.lines() {
        line.remove().await.unwrap();
        let subscribed = || world.meta.subscribed(&line.account.id, &world.app.id);
        assert!(subscribed().is_some(), "other sources of the account may need it");
        line.connector.unsubscribe(&line.settings()).await.unwrap();
        assert_eq!(subscribed(), None);
    }
    assert_eq!(world.meta.callback(&world.app.id, Platform::Facebook), None);
    world.meta.revoke_token(&page.account.token);
    assert!(matches!(page.watch().await, Err(Denied::Access(_))));
}

#[tokio::test]
async fn a_callback_with_another_token_is_refused() {
    let world = World::start().await;
    let page = &world.lines()[1];
    assert!(world.meta.verify(page.hook_url(), "verify-me").await.is_ok());
    assert!(world.meta.verify(page.hook_url(), "guess").await.is_err());
    page.anna().writes("before").unwrap();
    page.events().await;
    world.meta.faults().next_hooks(1, HookFault::Forged);
    page.anna().writes("forged").unwrap();
    let repeated = page.events().await;
    assert_eq!(
        (page.refused(), repeated.len()),
        (1, 1),
        "a wrong signature is not read, and the repeat has the right one"
    );
}

#[tokio::test]
async fn an_instagram_token_is_renewed_before_it_ends() {
    let world = World::start().await;
    let line = &world.lines()[0];
    assert!(line.connector.renew(&line.settings(), world.now()).await.unwrap().is_none(), "it is not a day old");
    world.advance(Duration::from_secs(30 * 24 * 3600));
    let renewed = line.connector.renew(&line.settings(), world.now()).await.unwrap().unwrap();
    let token = renewed.secrets["access_token"].clone();
    assert_ne!(token.expose_secret(), line.account.token);
    let mut settings = line.settings();
    settings.secrets.insert("access_token".into(), token);
    settings.public["facts"] = json!({ "token": renewed.facts["token"] });
    world.advance(Duration::from_secs(29 * 24 * 3600));
    assert!(line.connector.renew(&settings, world.now()).await.unwrap().is_none());
    world.advance(Duration::from_secs(2 * 24 * 3600));
    assert!(line.connector.check_access(&line.settings()).await.is_err(), "the old one is over");
    assert!(line.connector.renew(&settings, world.now()).await.unwrap().is_some());
}

#[tokio::test]
async fn earlier_messages_are_read() {
    let world = World::start().await;
    for line in world.lines() {
        line.anna().writes("first").unwrap();
        world.advance(Duration::from_secs(60));
        line.anna().hears("second").unwrap();
        let since = world.now() - chrono::TimeDelta::days(30);
        let words = base::i18n::Words::new(base::i18n::Language::En);
        let page = line.connector.history(&line.settings(), since, None, words).await.unwrap();
        let said: Vec<&Content> = page.messages.iter().map(|one| &one.body.content).collect();
        assert_eq!(said, [&Content::Text { text: "first".into() }, &Content::Text { text: "second".into() }]);
        assert_eq!((page.messages[1].body.sender.role, page.next), (Role::Manager, None));
        assert_eq!(page.messages[0].conversation_id, line.anna_id());
    }
}

#[tokio::test]
async fn each_failure_has_its_verdict() {
    let world = World::start().await;
    for line in world.lines() {
        line.anna().writes("Hello").unwrap();
        line.heard(wrote(&line.events().await[0]));
        let hi = || Event::Created(Box::new(text("Hi")));
        world.meta.faults().next("messages", 1, Fault::ResetAfter);
        assert_eq!(line.send(hi()).await.verdict, Verdict::Unknown);
        let echo = line.events().await;
        assert!(!echo.iter().any(|one| matches!(one, InboundEvent::Wrote(_))), "its echo is known: {echo:?}");
        world.meta.faults().next("messages", 1, Fault::HtmlPage { status: 502 });
        assert!(matches!(line.send(hi()).await.verdict, Verdict::Retry { .. }));
        line.anna().blocks().unwrap();
        let verdict = line.send(hi()).await.verdict;
        assert!(matches!(verdict, Verdict::Bury(failure) if failure.code.amocrm_code() == 901));
        line.anna().unblocks().unwrap();
        let raw = Act::own("raw").line(&line.account.id).with("field", "messages").with("event", json!({ "new": {} }));
        world.meta.act(raw).unwrap();
        assert_eq!(line.events().await, [InboundEvent::Unknown("participants")]);
        world.meta.take_permission(&line.account.token, "messages");
        assert_eq!(line.send(hi()).await.verdict, Verdict::Pause);
    }
}
