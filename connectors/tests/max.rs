//! The connector of MAX against the simulated MAX, both ways over real HTTP.

#![expect(clippy::panic, clippy::unwrap_used, reason = "helpers of tests: a failed unwrap is the test's answer")]

#[path = "max/world.rs"]
mod world;

use base::message::{Button, Content, List, Markup, Media, Post, Quote, Row, Section, State};
use base::verdict::Verdict;
use connectors::incoming::InboundEvent;
use connectors::{Connector, Event, Watched};
use serde_json::json;
use simulator::max::{Act, Content as Given, Fault};
use world::{World, file, message, text, written};

mod setting_up {
    use super::*;

    #[tokio::test]
    async fn the_identity_of_a_line_is_read_with_its_token() {
        let world = World::start().await;
        let identity = world.connector.identity(&world.settings).await.unwrap().unwrap();
        assert_eq!((identity.key, identity.name.as_str()), (world.bot.id.to_string(), "@acme_support_bot"));
        assert!(world.connector.check_access(&world.settings).await.unwrap().is_some());
        world.max.revoke_token(world.bot.id);
        assert!(world.connector.check_access(&world.settings).await.is_err());
        assert!(world.connector.identity(&world.settings).await.is_err());
    }

    #[tokio::test]
    async fn the_subscription_is_made_watched_and_removed() {
        let world = World::start().await;
        let (connector, settings, hook) = (&world.connector, &world.settings, world.hook());
        assert_eq!(world.watched().await, Watched::Unset);
        connector.connect_webhook(settings, &hook).await.unwrap();
        let subscription = world.max.subscriptions(world.bot.id).remove(0);
        assert_eq!((subscription.url, subscription.secret.as_deref()), (hook.url.clone(), Some("s3cr3t-of-ours")));
        assert!(subscription.kinds.unwrap().contains(&"comment_created".to_owned()));
        assert_eq!(world.watched().await, Watched::Fine);
        world.max.hijack_webhook(world.bot.id, "https://crm.example/max");
        assert_eq!(world.watched().await, Watched::Elsewhere { host: "crm.example".to_owned() });
        connector.remove_webhook(settings, &hook).await.unwrap();
        assert_eq!(world.max.subscriptions(world.bot.id).len(), 1, "another service's stays");
        connector.connect_webhook(settings, &hook).await.unwrap();
        connector.remove_webhook(settings, &hook).await.unwrap();
        assert_eq!(world.max.subscriptions(world.bot.id).len(), 1);
    }
}

mod inwards {
    use super::*;

    #[tokio::test]
    async fn each_kind_arrives_with_its_file() {
        let world = World::listening().await;
        let kinds = [
            (Given::of("image"), "picture"),
            (Given::of("video"), "video"),
            (Given::of("audio"), "audio"),
            (Given::of("file"), "file"),
            (Given::of("sticker"), "sticker"),
            (Given::of("location").with("latitude", 1.5).with("longitude", 2.5), "location"),
            (Given::of("contact").with("name", "Ann").with("phone", "77010002233"), "contact"),
            (Given::of("share").with("url", "https://acme.test").with("title", "Acme"), "text"),
        ];
        for (given, kind) in kinds {
            let mid = world.maria().sends(given).unwrap();
            let told = written(&world.received().await);
            assert_eq!((told.body.content.kind(), told.external_id.as_str()), (kind, mid.as_str()));
            let Some(media) = told.body.content.media() else { continue };
            let reference = media.reference.clone().unwrap();
            let first = world.opened(&reference).await;
            assert!(!first.is_empty(), "{kind}");
            world.max.end_addresses();
            if kind != "sticker" {
                assert_eq!(world.opened(&reference).await, first, "{kind}: by its new address");
            }
        }
    }

    #[tokio::test]
    async fn texts_answers_edits_and_removals_arrive() {
        let world = World::listening().await;
        let first = world.maria().writes("Hi").unwrap();
        assert_eq!(written(&world.received().await).body.content, text("Hi"));
        world.maria().replies(&first, "and").unwrap();
        let quote = written(&world.received().await).body.reply_to.unwrap();
        assert_eq!((quote.external_id, quote.content), (Some(first.clone()), Some(text("Hi"))));
        world.maria().edits(&first, "Hello").unwrap();
        let [InboundEvent::Changed(changed)] = &world.received().await[..] else { panic!("no change") };
        assert_eq!((&changed.written.external_id, &changed.written.body.content), (&first, &text("Hello")));
        world.maria().removes(&first).unwrap();
        let [InboundEvent::TookBack { pieces: messages }] = &world.received().await[..] else {
            panic!("nothing removed")
        };
        assert_eq!(messages[0], first);
        world.maria().sends(Given::of("own_contact")).unwrap();
        let phone = written(&world.received().await).body.sender.phone;
        assert_eq!(phone.as_deref(), Some("+79990000000"), "signed by MAX");
    }

    #[tokio::test]
    async fn a_dialog_begins_stops_and_begins_again() {
        let world = World::listening().await;
        world.maria().stops().unwrap();
        let reach = |events: &[InboundEvent]| {
            events.iter().find_map(|one| match one {
                InboundEvent::Reach { reachable, .. } => Some(*reachable),
                _ => None,
            })
        };
        assert_eq!(reach(&world.received().await), Some(false));
        world.maria().starts("lead_77-A").unwrap();
        let events = world.received().await;
        assert_eq!(reach(&events), Some(true));
        let InboundEvent::Began(began) = &events[0] else { panic!("{events:?}") };
        assert_eq!(began.mark.as_deref(), Some("lead_77-A"));
    }

    #[tokio::test]
    async fn a_group_has_its_title_and_a_comment_its_post() {
        let world = World::listening().await;
        let room = world.max.add_group(world.bot.id, "Acme buyers");
        world.max.act(Act::own("add_bot").who(world.maria).with("room", room)).unwrap();
        let events = world.received().await;
        assert!(events.iter().any(
            |one| matches!(one, InboundEvent::Began(began) if began.customer.name.as_deref() == Some("Acme buyers"))
        ));
        let channel = world.max.add_channel(world.bot.id, "Acme news");
        let post = world.max.act(Act::own("post").with("channel", channel).text("Sale!")).unwrap().message();
        assert_eq!(world.received().await, [InboundEvent::Nothing("channel")]);
        world.maria().at("post", post.clone()).writes("How much?").unwrap();
        let told = written(&world.received().await);
        assert_eq!(told.conversation_id, format!("c{channel}/{}", world.maria));
        let of = told.body.post.unwrap();
        assert_eq!((of.id, of.caption.as_deref()), (post.into(), Some("Sale!")));
    }

    #[tokio::test]
    async fn a_call_without_the_secret_is_not_authenticated() {
        let world = World::listening().await;
        world.maria().writes("Hi").unwrap();
        let call = world.called().await;
        assert!(world.authenticates(call.secret.as_deref()));
        assert!(!world.authenticates(None) && !world.authenticates(Some("another")));
    }
}

mod outwards {
    use super::*;

    #[tokio::test]
    async fn each_kind_is_sent() {
        let world = World::started().await;
        let media = || Media { text: Some("signed".to_owned()), ..file("a.bin", "") };
        let kinds = [
            (text("Hi"), None),
            (Content::Picture(Media { mime_type: Some("image/png".to_owned()), ..media() }), Some("image")),
            (Content::Video(Media { mime_type: Some("video/mp4".to_owned()), ..media() }), Some("video")),
            (Content::Voice(media()), Some("audio")),
            (Content::Audio(media()), Some("audio")),
            (Content::File(media()), Some("file")),
            (Content::Location { latitude: 1.5, longitude: 2.5 }, None),
            (Content::Contact { name: "Ann".to_owned(), phone: "+77010002233".to_owned() }, None),
        ];
        for (content, kind) in kinds {
            let taken = world.sends(message(content)).await;
            assert_eq!(taken.state, Some(State::Delivered));
            let sent = world.max.message(taken.external_id.as_deref().unwrap()).unwrap();
            assert_eq!(
                sent.files.first().map(|file| (file.kind.as_str(), &file.bytes[..])),
                kind.map(|kind| (kind, world::BYTES))
            );
            if kind.is_some() {
                assert_eq!(sent.text, "signed");
            }
        }
    }

    #[tokio::test]
    async fn a_button_goes_out_and_its_press_comes_back() {
        let world = World::listening().await;
        let button = |text: &str, url: Option<&str>| Button { text: text.to_owned(), url: url.map(str::to_owned) };
        let markup = Markup::Buttons(vec![vec![button("Yes", None), button("Site", Some("https://acme.test"))]]);
        let asked = connectors::Message { markup: Some(markup.clone()), ..message(text("Deliver?")) };
        let mid = world.sends(asked.clone()).await.external_id.unwrap();
        let payload = world.max.message(&mid).unwrap().buttons[0][0].payload.clone().unwrap();
        world.maria().presses(&mid, &payload).unwrap();
        let [InboundEvent::Pressed(press)] = &world.received().await[..] else { panic!("no press") };
        assert_eq!((press.message_id, &press.written.body.content), (Some(asked.id), &text("Yes")));
        assert_eq!(world.connector.choice(&press.data, &markup).unwrap().text, "Yes");
        world.connector.acknowledge(&world.settings, &press.acknowledge).await;
        assert_eq!(world.max.notices(world.bot.id).len(), 1);
        let row = Row { id: "a".to_owned(), title: "Tea".to_owned(), description: String::new() };
        let list = List { sections: vec![Section { title: String::new(), rows: vec![row] }], ..List::default() };
        let listed = connectors::Message { markup: Some(Markup::List(list)), ..message(text("Choose")) };
        let mid = world.sends(listed).await.external_id.unwrap();
        assert_eq!(world.max.message(&mid).unwrap().buttons[0][0].text, "Tea");
    }

    #[tokio::test]
    async fn quotes_edits_and_typing_are_sent() {
        let world = World::started().await;
        let mid = world.maria().writes("When?").unwrap();
        let quote = Quote { external_id: Some(mid.clone()), ..Quote::default() };
        let answer = connectors::Message { reply_to: Some(quote), ..message(text("Now")) };
        let sent = world.sends(answer).await.external_id.unwrap();
        assert_eq!(world.max.message(&sent).unwrap().reply_to, Some(mid.into()));
        let edit = connectors::Message { external_id: Some(sent.clone()), ..message(text("Tomorrow")) };
        world.taken(Event::Edited(Box::new(edit))).await;
        assert_eq!(world.max.message(&sent).unwrap().text, "Tomorrow");
        world.taken(Event::Typing { sender: Default::default(), until: chrono::DateTime::UNIX_EPOCH }).await;
        assert_eq!(world.max.activities(world.bot.id)[0].1, "typing_on");
    }

    #[tokio::test]
    async fn a_comment_is_answered_below_its_post() {
        let world = World::listening().await;
        let channel = world.max.add_channel(world.bot.id, "Acme news");
        let post = world.max.act(Act::own("post").with("channel", channel).text("Sale!")).unwrap().message();
        world.received().await;
        let comment = world.maria().at("post", post.clone()).writes("How much?").unwrap();
        let told = written(&world.received().await);
        let quote = Quote { external_id: Some(comment.clone()), ..Quote::default() };
        let of = Some(Post { id: post.to_string(), ..Post::default() });
        let public = connectors::Message { reply_to: Some(quote), post: of, ..message(text("100")) };
        let sent = world.sends_to(&told.conversation_id, public).await;
        let sent = world.max.message(sent.external_id.as_deref().unwrap()).unwrap();
        assert_eq!((sent.post, sent.reply_to), (Some(post), Some(comment.into())));
        let private = world.sends_to(&told.conversation_id, message(text("for you"))).await;
        let private = world.max.message(private.external_id.as_deref().unwrap()).unwrap();
        assert_eq!((private.post, private.dialog), (None, world.dialog().into()));
    }

    #[tokio::test]
    async fn a_file_that_is_processed_is_waited_for() {
        let world = World::processing(3_000).await;
        let clip = || message(Content::Video(file("a.mp4", "video/mp4")));
        let report = world.report(Event::Created(Box::new(clip()))).await;
        let second = Some(std::time::Duration::from_secs(1));
        assert_eq!(report.verdict, Verdict::Retry { after: second, whole_target: false });
        world.advance(3);
        assert!(world.sends(clip()).await.external_id.is_some());
        let uploads = world.max.calls(world.bot.id).iter().filter(|call| call.call == "POST /uploads").count();
        assert_eq!(uploads, 1);
    }

    #[tokio::test]
    async fn kinds_of_failures_are_distinguished() {
        let world = World::started().await;
        let hi = || Event::Created(Box::new(message(text("Hi"))));
        world.max.faults().next("POST /messages", 1, Fault::ResetAfter);
        assert_eq!(world.report(hi()).await.verdict, Verdict::Unknown);
        world.max.faults().next("POST /messages", 1, Fault::TooMany { retry_after: Some(3) });
        let after = Some(std::time::Duration::from_secs(3));
        assert_eq!(world.report(hi()).await.verdict, Verdict::Retry { after, whole_target: true });
        world.maria().stops().unwrap();
        let Verdict::Bury(failure) = world.report(hi()).await.verdict else { panic!("it was sent") };
        assert_eq!(failure.code.amocrm_code(), 901);
        world.max.revoke_token(world.bot.id);
        assert_eq!(world.report(hi()).await.verdict, Verdict::Pause);
        let secrets = format!("{:?}", world.max.calls(world.bot.id).iter().map(|call| &call.query).collect::<Vec<_>>());
        assert!(!secrets.contains(&world.bot.token), "the token is in no address");
    }

    #[tokio::test]
    async fn settings_are_those_of_the_contract() {
        let world = World::start().await;
        let setup = world.connector.setup(json!({ "bot_token": "t" })).unwrap();
        assert_eq!(setup.public["comments"], json!(true));
    }
}
