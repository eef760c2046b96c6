//! Edits, reactions, and customers who shut the bot out.

use entity::conversation;
use parom_tests::{TelegramWorld, both};
use simulator::crm::HookMessage;
use simulator::telegram::{Act, Content, HookFault};

use super::{at_crm, chatting, last};

async fn an_edit_changes_what_amocrm_shows(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    let id = line.customer(world).writes("Красная").unwrap();
    world.telegram_arrives().await;
    let before = at_crm(world).len();
    line.customer(world).edits(id, "Синяя").unwrap();
    world.telegram_arrives().await;
    assert_eq!((last(world).text.as_str(), last(world).edited), ("Синяя", true));
    assert_eq!(at_crm(world).len(), before, "it is no new message");
}

async fn an_edit_of_a_caption_keeps_the_file(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    let id = line.customer(world).sends(Content::of("photo").saying("Чек")).unwrap();
    world.telegram_arrives().await;
    line.customer(world).edits(id, "Чек 2").unwrap();
    world.telegram_arrives().await;
    let came = last(world);
    assert_eq!((came.kind.as_str(), came.text.as_str()), ("picture", "Чек 2"));
    assert!(!came.media.is_empty());
}

async fn each_caption_of_an_album_is_changed_by_itself(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    let photo = |caption: &str| Content::of("photo").saying(caption);
    let ids = line.customer(world).sends_album(vec![photo("Спереди"), photo("Сбоку")]).unwrap();
    world.telegram_arrives().await;
    line.customer(world).edits(ids[1], "Сзади").unwrap();
    world.telegram_arrives().await;
    let shown: Vec<_> = at_crm(world).into_iter().rev().take(2).map(|one| (one.kind, one.text, one.edited)).collect();
    let picture = |text: &str, edited| ("picture".to_owned(), text.to_owned(), edited);
    assert_eq!(shown, [picture("Сзади", true), picture("Спереди", false)]);
}

async fn a_live_location_is_reported_once(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    let live = Content::of("location").with("latitude", 55.0).with("longitude", 37.0).with("live_period", 900);
    let message = line.customer(world).sends(live).unwrap();
    world.telegram_arrives().await;
    let before = at_crm(world).len();
    for step in 1..=5 {
        let latitude = 55.0 + f64::from(step) / 100.0;
        let moved = Act::own("move_location").who(line.person).line(line.bot).message(message);
        world.telegram().act(moved.with("latitude", latitude).with("longitude", 37.0)).unwrap();
    }
    world.telegram_arrives().await;
    assert_eq!((at_crm(world).len(), last(world).edited), (before, false));
}

async fn reactions_come_and_go(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    let said = line.manager_sends(world, HookMessage::text("Готово")).await;
    world.deliver_all().await;
    let sent = line.sent(world).pop().unwrap();
    let reactions = |world: &TelegramWorld| {
        let messages = world.sandbox.messages(parom_tests::settings::HOST);
        let found = messages.into_iter().find(|message| message.id == said.message_id).unwrap();
        found.reactions.into_iter().map(|(_, emoji)| emoji).collect::<Vec<_>>()
    };
    line.customer(world).reacts(&sent.id, "👍").unwrap();
    world.telegram_arrives().await;
    assert_eq!(reactions(world), ["👍"]);
    world.advance(std::time::Duration::from_secs(5));
    line.customer(world).reacts(&sent.id, "custom:5368324170671202286").unwrap();
    world.telegram_arrives().await;
    assert!(reactions(world).is_empty(), "amoCRM has no custom emoji");
    world.advance(std::time::Duration::from_secs(5));
    line.customer(world).reacts(&sent.id, "❤").unwrap();
    line.customer(world).reacts(&sent.id, "").unwrap();
    world.telegram_arrives().await;
    assert!(reactions(world).is_empty());
}

async fn a_person_who_blocks_the_bot_is_noticed(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    let shut = async |world: &TelegramWorld| {
        let rows = conversation::Entity::of_tenant(line.line.tenant_id).all(world.app().store.read()).await.unwrap();
        rows[0].shut_at > 0
    };
    let before = at_crm(world).len();
    line.customer(world).blocks().unwrap();
    world.telegram_arrives().await;
    assert!(shut(world).await);
    world.advance(std::time::Duration::from_secs(60));
    line.customer(world).unblocks().unwrap();
    world.telegram_arrives().await;
    assert!(!shut(world).await);
    assert_eq!(at_crm(world).len(), before, "nothing of it is sent to amoCRM");
}

async fn an_update_that_telegram_sends_twice_arrives_once(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    let before = at_crm(world).len();
    world.telegram().faults().next_hooks(1, HookFault::Doubled);
    let id = line.customer(world).writes("Один раз").unwrap();
    world.telegram_arrives().await;
    world.telegram().faults().next_hooks(1, HookFault::LostAnswer);
    line.customer(world).edits(id, "Два раза").unwrap();
    world.telegram().deliver_all().await;
    world.advance(std::time::Duration::from_secs(120));
    world.telegram_arrives().await;
    assert_eq!((at_crm(world).len(), last(world).text.as_str()), (before + 1, "Два раза"));
}

both!(
    an_edit_changes_what_amocrm_shows,
    an_edit_of_a_caption_keeps_the_file,
    each_caption_of_an_album_is_changed_by_itself,
    a_live_location_is_reported_once,
    reactions_come_and_go,
    a_person_who_blocks_the_bot_is_noticed,
    an_update_that_telegram_sends_twice_arrives_once,
);
