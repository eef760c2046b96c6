//! An app written with pywa against the simulated WhatsApp (`simulator`): what the one says, the other remembers.

use serde_json::{Value, json};
use simulator::whatsapp::{
    Act, Author, Content, Given, NewApp, NewPerson, NewPhone, Options, Status, WhatsApp, refusal,
};

use super::{Client, folder, installed};

const MARIA: &str = "77010001122";
/// Whom the app writes too much.
const MANY: &str = "+77010001122";

struct Stage {
    whatsapp: WhatsApp,
    waba: String,
    phone: String,
    maria: i64,
    client: Client,
}

/// A WhatsApp by the machine's clock, a customer who has written, and the app at work.
async fn stage() -> Option<Stage> {
    let python = installed("PAROM_TEST_PYTHON")?;
    base::http_client::install_crypto_provider();
    let whatsapp = WhatsApp::start(Options::default()).await.unwrap();
    let app = whatsapp.add_app(NewApp::default());
    let waba = whatsapp.add_waba("220011223344556", "Acme");
    let phone = whatsapp.add_phone(NewPhone { is_on_biz_app: true, ..NewPhone::of(&waba) });
    let token = whatsapp.add_token(&app.id, &[&waba]);
    let maria = whatsapp.add_person(NewPerson::default());
    let first = whatsapp.customer(maria, &phone).writes("Здравствуйте").unwrap();
    let files = folder("").join("../../simulator/assets/samples");
    let given = [
        ("base", whatsapp.base_url()),
        ("token", &token),
        ("phone", &phone),
        ("waba", &waba),
        ("app", &app.id),
        ("secret", &app.secret),
        ("to", MARIA),
        ("own", "77010009900"),
        ("first", &first),
        ("files", files.to_str().unwrap()),
    ];
    let client = Client::start(&python, &folder("python"), "whatsapp_app.py", &given);
    Some(Stage { whatsapp, waba, phone, maria, client })
}

/// What the app sent, as the customer has it.
async fn everything_arrived(stage: &mut Stage) {
    let line = stage.client.line().await;
    assert_eq!(line["number"], "+77010009900");
    assert_eq!(stage.whatsapp.addresses(&stage.waba), [line["callback"].as_str().unwrap()]);
    let named = stage.client.line().await["sent"].take();
    let sent = stage.whatsapp.sent(&stage.phone);
    let by = |name: &str| sent.iter().find(|one| named[name] == one.id.as_str()).unwrap();
    assert_eq!((named.as_object().unwrap().len(), sent.len()), (17, 17));
    for (name, kind) in [
        ("text", "text"),
        ("image", "image"),
        ("again", "image"),
        ("video", "video"),
        ("audio", "audio"),
        ("voice", "audio"),
        ("document", "document"),
        ("sticker", "sticker"),
        ("location", "location"),
        ("contact", "contacts"),
        ("buttons", "interactive"),
        ("list", "interactive"),
        ("url", "interactive"),
        ("contact_request", "interactive"),
    ] {
        assert_eq!(
            (by(name).kind.as_str(), by(name).error(), by(name).status()),
            (kind, None, Some(Status::Delivered)),
            "{name}"
        );
    }
    assert_eq!(by("reply").reply_to, Some(stage.whatsapp.history(&stage.phone, stage.maria)[0].id.clone()));
    assert_eq!(by("voice").json["audio"]["voice"], true);
    assert_eq!(by("document").json["document"]["filename"], "Offer.pdf");
    let first = &stage.whatsapp.history(&stage.phone, stage.maria)[0];
    assert_eq!((first.is_read, &first.reactions[&Author::Line]), (true, &vec!["👍".to_owned()]));
    stage.whatsapp.customer(stage.maria, &stage.phone).presses_number(&by("buttons").id, 1).unwrap();
    stage.whatsapp.customer(stage.maria, &stage.phone).presses(&by("list").id, "delivery").unwrap();
}

/// The customer does everything once; the app says what it heard, one line each.
async fn customer_is_heard(stage: &mut Stage) {
    let place = Content::of("location").with("latitude", 43.2389).with("longitude", 76.8897).with("name", "Acme");
    let oleg = json!([{"name": {"formatted_name": "Oleg", "first_name": "Oleg"},
        "phones": [{"phone": "+77010002233", "wa_id": "77010002233", "type": "CELL"}]}]);
    let everything = [
        ("text", Content::text("Здравствуйте! 👋")),
        ("image", Content::of("image").saying("Вот такой")),
        ("video", Content::of("video")),
        ("audio", Content::of("audio")),
        ("audio", Content::of("voice")),
        ("document", Content::of("document").file(Given::sample().named("Договор №7.pdf"))),
        ("sticker", Content::of("sticker").with("animated", true)),
        ("location", place),
        ("contacts", Content::of("contacts").with("contacts", oleg)),
        ("unsupported", Content::of("unsupported").with("what", "poll_creation")),
    ];
    let (maria, phone) = (stage.maria, stage.phone.clone());
    for (kind, content) in everything {
        let id = stage.whatsapp.customer(maria, &phone).sends(content).unwrap();
        let heard = stage.client.line().await["message"].take();
        assert_eq!((&heard["kind"], &heard["id"]), (&json!(kind), &json!(id)));
        let files = stage.whatsapp.history(&phone, maria).pop().unwrap().files;
        let size = files.first().map(|file| u64::try_from(file.bytes.len()).unwrap());
        assert_eq!(heard["size"].as_u64(), size, "{kind}");
    }
    let customer = stage.whatsapp.customer(maria, &phone);
    let text = customer.writes("Синий").unwrap();
    assert_eq!(stage.client.line().await["message"]["from"], MARIA);
    customer.replies(&text, "Этот").unwrap();
    assert_eq!(stage.client.line().await["message"]["reply_to"], json!(text));
    customer.reacts(&text, "👍").unwrap();
    assert_eq!(stage.client.line().await["message"]["emoji"], "👍");
    customer.edits(&text, "Зелёный").unwrap();
    assert_eq!(stage.client.line().await, json!({"edited": text}));
    customer.removes(&text).unwrap();
    assert_eq!(stage.client.line().await, json!({"deleted": text}));
    let own = |name: &str| Act::own(name).who(maria).line(&phone);
    stage.whatsapp.act(own("stop_marketing").with("on", true)).unwrap();
    assert_eq!(stage.client.line().await, json!({"marketing": false}));
    stage.whatsapp.act(own("owner_sends").content(Content::text("С телефона"))).unwrap();
    assert_eq!(stage.client.line().await, json!({"echo": "С телефона"}));
    stage.whatsapp.act(own("change_number").with("number", "77019998877")).unwrap();
    assert_eq!(stage.client.line().await, json!({"moved": "77019998877"}));
}

#[tokio::test]
async fn an_app_of_pywa_sends_everything_and_hears_everything() {
    let Some(mut stage) = stage().await else {
        return;
    };
    // What was written before the app had a callback went nowhere.
    everything_arrived(&mut stage).await;
    let mut heard = [stage.client.line().await, stage.client.line().await, stage.client.line().await];
    heard.sort_by_key(Value::to_string);
    let [chosen, made, pressed] = heard;
    assert_eq!((&chosen["chosen"], &pressed["pressed"]), (&json!("delivery"), &json!("no")));
    assert_eq!((&made["status"], &made["listed"]), (&json!("PENDING"), &json!(["order_ready"])));
    stage.whatsapp.approve(made["made"].as_str().unwrap()).unwrap();
    assert_eq!(stage.client.line().await, json!({"template": "order_ready", "event": "APPROVED"}));
    stage.client.say("go").await;
    let id = stage.client.line().await["template_sent"].as_str().unwrap().to_owned();
    let sent = stage.whatsapp.sent(&stage.phone).pop().unwrap();
    assert_eq!(
        (sent.id.as_str(), sent.text.as_str()),
        (id.as_str(), "Здравствуйте, Мария! Заказ 1592 готов к выдаче.")
    );
    stage.whatsapp.customer(stage.maria, &stage.phone).presses_number(&id, 0).unwrap();
    assert_eq!(stage.client.line().await, json!({"pressed": "taken", "title": "Заберу"}));
    let first = stage.whatsapp.sent(&stage.phone)[0].id.clone();
    stage.whatsapp.fails(&first, 131_047);
    let failed = stage.client.line().await;
    assert_eq!((&failed["code"], &failed["tracker"]), (&json!(131_047), &json!("letter-1")), "{failed}");

    stage.whatsapp.faults().next_to(MANY, "messages", 1, refusal(131_056));
    stage.client.say("go").await;
    let met = stage.client.line().await["refusals"].take();
    for (name, class, code) in [
        ("long", "WhatsAppError", 100),
        ("buttons", "InvalidParameter", 131_009),
        ("own", "RecipientCannotBeSender", 131_021),
        ("template", "TemplateNotExists", 132_001),
        ("params", "TemplateParamCountMismatch", 132_000),
        ("media", "WhatsAppError", 100),
        ("pair", "TooManyMessages", 131_056),
    ] {
        assert_eq!((&met[name][0], &met[name][1]), (&json!(class), &json!(code)), "{met}");
    }
    customer_is_heard(&mut stage).await;
    stage.whatsapp.customer(stage.maria, &stage.phone).writes("stop").unwrap();
    assert_eq!(stage.client.line().await["message"]["text"], "stop");
    stage.client.ends_well().await;
    stage.whatsapp.stop().await;
}
