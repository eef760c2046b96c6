//! The simulated messengers of the demo: each has a line that can be connected and a customer with a phone.

use std::time::Duration;

use anyhow::Context;
use base::i18n::Language;
use serde_json::{Map, Value, json};
use simulator::avito::{self, Avito, NewBuyer, NewItem, NewSeller};
use simulator::kit::Now;
use simulator::max::{self, Max};
use simulator::meta::{self, AppView, Meta, NewAccount, Platform};
use simulator::metrica::Metrica;
use simulator::telegram::{self, BotView, NewBot, Telegram};
use simulator::vk::{self, NewCommunity, ServerStatus, Vk};
use simulator::whatsapp::{self, NewApp, NewPhone, WhatsApp};

/// The account of the demo's number at Meta.
const WABA: &str = "220011223344556";
/// What the messengers' consent pages call the vendor's app.
const APP_NAME: &str = "Parom";
/// Any text works: Meta returns it.
const VERIFY_TOKEN: &str = "demo-verify-token";
/// The vendor's application at VK and at Avito.
const VK_APP: &str = "51234567";
const AVITO_APP: &str = "DemoClientId01234567";
const APP_SECRET: &str = "demo-app-secret-that-opens-nothing";
/// The configuration of Embedded Signup.
const SIGNUP: &str = "5005";
/// The webhook fields of pages that the vendor's app is subscribed to.
const PAGE_FIELDS: &[&str] = &[
    "feed",
    "message_deliveries",
    "message_echoes",
    "message_edits",
    "message_reactions",
    "message_reads",
    "messages",
    "messaging_postbacks",
    "messaging_referrals",
];
/// The webhook fields of Instagram accounts that the vendor's app is subscribed to.
const INSTAGRAM_FIELDS: &[&str] = &[
    "comments",
    "live_comments",
    "message_edit",
    "message_reactions",
    "messages",
    "messaging_postbacks",
    "messaging_referral",
    "messaging_seen",
];

/// Meta's data set, Metrica's counter with its goal, and the token of both (docs/sales.md).
const DATASET: &str = "1234567890";
pub const COUNTER: &str = "2215573";
pub const GOAL: &str = "order_confirmed";
pub const SALES_TOKEN: &str = "demo";

/// A line that can be connected, and one of its customers.
pub struct DemoLine {
    pub kind: &'static str,
    /// The values that the wizard asks for, by the names of the settings.
    settings: Vec<(&'static str, String)>,
    /// The page where its customer writes.
    pub phone_url: String,
    pub customer: Customer,
}

impl DemoLine {
    /// The value of a setting.
    pub fn setting(&self, name: &str) -> Option<&str> {
        self.settings.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// The settings in the form that the public API accepts.
    pub fn settings(&self) -> Value {
        let fields = self.settings.iter().map(|(name, value)| ((*name).to_owned(), Value::from(value.as_str())));
        Value::Object(fields.collect::<Map<_, _>>())
    }
}

/// The vendor's bot for alerts in the simulated Telegram, and the person whose phone gets them.
pub struct AlertBot {
    token: String,
    id: i64,
    who: i64,
}

/// All simulated messengers, running.
pub struct Messengers {
    pub telegram: Telegram,
    pub whatsapp: WhatsApp,
    pub max: Max,
    pub vk: Vk,
    pub avito: Avito,
    pub meta: Meta,
    /// Gets sales, as Meta's data set does.
    metrica: Metrica,
    /// The vendor's apps at Meta. Their callbacks are entered by hand, in Meta's dashboard.
    instagram_app: AppView,
    facebook_app: AppView,
    whatsapp_app: AppView,
    alert_bot: AlertBot,
    lines: Vec<DemoLine>,
}

impl Messengers {
    /// Starts all on free ports, for a Parom at this address. Lines and people have names in this language.
    pub async fn start(public_url: &str, language: Language, now: Now) -> anyhow::Result<Self> {
        let (telegram, whatsapp, max, vk, avito, meta) = tokio::try_join!(
            Telegram::start(telegram::Options::default()),
            WhatsApp::start(whatsapp::Options::default()),
            Max::start(max::Options::default()),
            Vk::start(vk::Options { now: now.clone() }),
            Avito::start(avito::Options { now: now.clone() }),
            Meta::start(meta::Options::default()),
        )
        .context("a simulated messenger could not be started")?;
        let metrica = Metrica::start(now).context("the simulated Metrica could not be started")?;
        metrica.add_counter(COUNTER, GOAL, SALES_TOKEN);
        meta.add_dataset(DATASET, SALES_TOKEN);
        let back = |kind: &str| format!("{public_url}/panel/sources/new/{kind}/consented");
        let app = |kind: &str| meta::NewApp {
            name: APP_NAME.to_owned(),
            redirect_uris: vec![back(kind)],
            ..meta::NewApp::default()
        };
        let (instagram_app, facebook_app) = (meta.add_app(app("instagram")), meta.add_app(app("facebook")));
        for (app, platform, kind, fields) in [
            (&instagram_app, Platform::Instagram, "instagram", INSTAGRAM_FIELDS),
            (&facebook_app, Platform::Facebook, "facebook", PAGE_FIELDS),
        ] {
            meta.set_callback(app, platform, &format!("{public_url}/hooks/{kind}"), fields);
        }
        let whatsapp_app = whatsapp.add_app(NewApp { name: APP_NAME.to_owned(), ..NewApp::default() });
        whatsapp.enter_callback(&whatsapp_app.id, &format!("{public_url}/hooks/whatsapp"));
        let (name, secret) = (APP_NAME.to_owned(), APP_SECRET.to_owned());
        vk.add_app(vk::NewApp { id: VK_APP.to_owned(), secret, name, redirect_uris: vec![back("vk")] });
        avito.add_app(avito::NewApp {
            name: APP_NAME.to_owned(),
            client_id: AVITO_APP.to_owned(),
            client_secret: APP_SECRET.to_owned(),
            redirect_uri: back("avito"),
        });
        let names = Names::of(language);
        let bot = telegram.add_bot(NewBot {
            id: 7_012_345_790,
            name: names.alerts.to_owned(),
            username: "demo_alerts_bot".to_owned(),
        });
        let who = telegram.add_person(telegram::NewPerson {
            id: 5_550_001,
            first_name: names.administrator.to_owned(),
            ..telegram::NewPerson::default()
        });
        let alert_bot = AlertBot { token: bot.token, id: bot.id, who };
        let mut all = Self {
            telegram,
            whatsapp,
            max,
            vk,
            avito,
            meta,
            metrica,
            instagram_app,
            facebook_app,
            whatsapp_app,
            alert_bot,
            lines: Vec::new(),
        };
        all.lines = vec![
            all.telegram(&names),
            all.whatsapp(&names),
            all.max(&names),
            all.vk(&names),
            all.avito(&names),
            all.instagram(&names),
            all.facebook(&names),
        ];
        Ok(all)
    }

    /// The lines that can be connected by hand.
    pub fn lines(&self) -> &[DemoLine] {
        &self.lines
    }

    /// The addresses of all, by the kinds of sources.
    fn addresses(&self) -> [(&'static str, &str); 7] {
        [
            ("telegram", self.telegram.base_url()),
            ("whatsapp", self.whatsapp.base_url()),
            ("max", self.max.base_url()),
            ("vk", self.vk.base_url()),
            ("avito", self.avito.base_url()),
            ("instagram", self.meta.base_url()),
            ("facebook", self.meta.base_url()),
        ]
    }

    /// The sections of the configuration with their addresses.
    pub fn config(&self) -> String {
        let section = |(kind, url): (&str, &str)| format!("[{kind}]\napi_url = \"{url}\"\n{}", self.vendors_app(kind));
        let alerts = format!("[alerts]\ntelegram_token = \"{}\"\n", self.alert_bot.token);
        let metrica = format!("[metrica]\napi_url = \"{}\"\n", self.metrica.base_url());
        let phones = self.addresses().map(|(kind, url)| format!("{kind} = \"{url}/phone\"\n")).concat();
        format!("{}{metrica}{alerts}[simulated]\n{phones}", self.addresses().map(section).concat())
    }

    /// The phone that gets alerts.
    pub fn alert_phone_url(&self) -> String {
        format!("{}/phone/{}/{}", self.telegram.base_url(), self.alert_bot.who, self.alert_bot.id)
    }

    /// The administrator writes to the bot for alerts.
    pub fn writes_to_alert_bot(&self, text: &str) -> anyhow::Result<()> {
        let phone = self.telegram.customer(self.alert_bot.who, self.alert_bot.id);
        phone.starts("")?;
        phone.writes(text).map(drop)
    }

    /// How many messages the bot for alerts sent to the administrator.
    pub fn alerts_sent(&self) -> usize {
        self.telegram.sent_to(self.alert_bot.id, self.alert_bot.who).len()
    }

    /// The vendor's application at a messenger, where people connect on its page.
    fn vendors_app(&self, kind: &str) -> String {
        let meta = |AppView { id, secret }: &AppView| {
            format!("app_id = \"{id}\"\napp_secret = \"{secret}\"\nverify_token = \"{VERIFY_TOKEN}\"\n")
        };
        match kind {
            "whatsapp" => format!("{}config_id = \"{SIGNUP}\"\n", meta(&self.whatsapp_app)),
            "instagram" => meta(&self.instagram_app),
            "facebook" => meta(&self.facebook_app),
            "vk" => format!("app_id = \"{VK_APP}\"\napp_secret = \"{APP_SECRET}\"\n"),
            "avito" => format!("client_id = \"{AVITO_APP}\"\nclient_secret = \"{APP_SECRET}\"\n"),
            _ => String::new(),
        }
    }

    /// The bot that is a source from the start.
    pub fn first_bot(&self) -> anyhow::Result<BotView> {
        self.telegram.bots().into_iter().next().context("the simulated Telegram has no bot")
    }

    /// What connects each line of a kind.
    pub fn settings_of(&self, kind: &str) -> Vec<Value> {
        let first = self.first_bot().ok().filter(|_| kind == "telegram");
        let lines = self.lines.iter().filter(|line| line.kind == kind).map(DemoLine::settings);
        lines.chain(first.map(|bot| json!({ "bot_token": bot.token }))).collect()
    }

    /// The phone of a customer of that bot.
    pub fn first_bots_phone(&self) -> Option<String> {
        let bot = self.telegram.bots().into_iter().next()?;
        self.lines.iter().find_map(|line| match line.customer {
            Customer::Telegram { who, .. } => Some(format!("{}/phone/{who}/{}", self.telegram.base_url(), bot.id)),
            _ => None,
        })
    }

    /// The page where a messenger is made to fail.
    pub fn trouble_url(&self, kind: &str) -> Option<String> {
        let (_, base) = self.addresses().into_iter().find(|(known, _)| *known == kind)?;
        Some(format!("{base}/trouble"))
    }

    /// The page where the messenger reviews templates.
    pub fn reviews_url(&self, kind: &str) -> Option<String> {
        (kind == "whatsapp").then(|| format!("{}/reviews", self.whatsapp.base_url()))
    }

    fn telegram(&self, names: &Names) -> DemoLine {
        let (telegram, [first, second]) = (&self.telegram, names.shops);
        let bot = |id, name: &str, username: &str| NewBot { id, name: name.to_owned(), username: username.to_owned() };
        telegram.add_bot(bot(7_012_345_678, first, "demo_shop_bot"));
        let spare = telegram.add_bot(bot(7_012_345_701, second, "second_shop_bot"));
        let who = telegram.add_person(telegram::NewPerson {
            first_name: names.first.to_owned(),
            last_name: Some(names.last.to_owned()),
            ..telegram::NewPerson::default()
        });
        DemoLine {
            kind: "telegram",
            phone_url: format!("{}/phone/{who}/{}", telegram.base_url(), spare.id),
            settings: vec![("bot_token", spare.token)],
            customer: Customer::Telegram { who, bot: spare.id },
        }
    }

    fn whatsapp(&self, names: &Names) -> DemoLine {
        let whatsapp = &self.whatsapp;
        let app = &self.whatsapp_app;
        let waba = whatsapp.add_waba(WABA, names.shops[0]);
        let phone = whatsapp.add_phone(NewPhone { name: names.shops[0].to_owned(), ..NewPhone::of(&waba) });
        let second = NewPhone {
            id: "330022334455999".to_owned(),
            number: "77010009911".to_owned(),
            name: names.shops[1].to_owned(),
            is_registered: false,
            ..NewPhone::of(&waba)
        };
        whatsapp.verify(&whatsapp.add_phone(second));
        let who = whatsapp.add_person(whatsapp::NewPerson { name: names.full(), ..whatsapp::NewPerson::default() });
        let token = whatsapp.add_token(&app.id, &[&waba]);
        DemoLine {
            kind: "whatsapp",
            phone_url: format!("{}/phone/{who}/{phone}", whatsapp.base_url()),
            settings: vec![
                ("phone_number_id", phone.clone()),
                ("waba_id", waba),
                ("access_token", token),
                ("app_secret", app.secret.clone()),
            ],
            customer: Customer::WhatsApp { who, phone },
        }
    }

    fn max(&self, names: &Names) -> DemoLine {
        let bot = self.max.add_bot(max::NewBot { name: names.shops[0].to_owned(), ..max::NewBot::default() });
        let who = self.max.add_person(max::NewPerson {
            first_name: names.first.to_owned(),
            last_name: names.last.to_owned(),
            ..max::NewPerson::default()
        });
        DemoLine {
            kind: "max",
            phone_url: format!("{}/phone/{who}/{}", self.max.base_url(), bot.id),
            settings: vec![("bot_token", bot.token)],
            customer: Customer::Max { who, bot: bot.id },
        }
    }

    fn vk(&self, names: &Names) -> DemoLine {
        let made = self.vk.add_community(NewCommunity { name: names.shops[0].to_owned(), ..NewCommunity::default() });
        let (name, screen_name) = (names.shops[1].to_owned(), "second_shop".to_owned());
        self.vk.add_community(NewCommunity { name, screen_name, ..NewCommunity::default() });
        let who = self.vk.add_person(vk::NewPerson {
            first_name: names.first.to_owned(),
            last_name: names.last.to_owned(),
            ..vk::NewPerson::default()
        });
        DemoLine {
            kind: "vk",
            phone_url: format!("{}/phone/{who}/{}", self.vk.base_url(), made.id),
            settings: vec![("group_id", made.id.to_string()), ("access_token", made.token)],
            customer: Customer::Vk { who, community: made.id },
        }
    }

    fn avito(&self, names: &Names) -> DemoLine {
        let new = NewSeller { name: names.shops[0].to_owned(), ..NewSeller::default() };
        let (client_id, client_secret) = (new.client_id.clone(), new.client_secret.clone());
        let seller = self.avito.add_seller(new);
        let (title, price) = (names.advert.to_owned(), names.price.to_owned());
        let item = self.avito.add_item(NewItem { title, price, ..NewItem::of(seller) });
        let who = self.avito.add_buyer(NewBuyer { name: names.first.to_owned(), ..NewBuyer::default() });
        DemoLine {
            kind: "avito",
            phone_url: format!("{}/phone/{who}/{item}", self.avito.base_url()),
            settings: vec![("client_id", client_id), ("client_secret", client_secret)],
            customer: Customer::Avito { who, item, seller },
        }
    }

    fn instagram(&self, names: &Names) -> DemoLine {
        let account = NewAccount { name: names.shops[0].to_owned(), ..NewAccount::instagram() };
        let account = self.meta.add_account(&self.instagram_app, account);
        let settings = vec![("account_id", account.id.clone()), ("access_token", account.token)];
        self.of_meta("instagram", account.id, settings, names)
    }

    fn facebook(&self, names: &Names) -> DemoLine {
        let app = self.meta.add_app(meta::NewApp::default());
        let account = NewAccount { name: names.shops[0].to_owned(), ..NewAccount::facebook() };
        let account = self.meta.add_account(&app, account);
        let (name, username) = (names.shops[1].to_owned(), "second_shop".to_owned());
        self.meta.add_account(&self.facebook_app, NewAccount { name, username, ..NewAccount::facebook() });
        let settings = vec![
            ("page_id", account.id.clone()),
            ("access_token", account.token),
            ("app_secret", app.secret),
            ("verify_token", VERIFY_TOKEN.to_owned()),
        ];
        self.of_meta("facebook", account.id, settings, names)
    }

    fn of_meta(
        &self,
        kind: &'static str,
        account: String,
        settings: Vec<(&'static str, String)>,
        names: &Names,
    ) -> DemoLine {
        self.meta.add_post(&account, names.advert, "FEED");
        let who = self.meta.add_person(meta::NewPerson {
            first_name: names.first.to_owned(),
            last_name: names.last.to_owned(),
            ..meta::NewPerson::default()
        });
        let phone_url = format!("{}/phone/{who}/{account}", self.meta.base_url());
        DemoLine { kind, phone_url, settings, customer: Customer::Meta { who, account } }
    }

    /// Stops all.
    pub async fn stop(self) {
        let Self { telegram, whatsapp, max, vk, avito, meta, .. } = self;
        tokio::join!(telegram.stop(), whatsapp.stop(), max.stop(), vk.stop(), avito.stop(), meta.stop());
    }
}

/// Polling interval of a phone while an answer is awaited.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// The customer and the line of a conversation, by the messengers' ids.
#[derive(Clone)]
pub enum Customer {
    Telegram { who: i64, bot: i64 },
    WhatsApp { who: i64, phone: String },
    Max { who: i64, bot: i64 },
    Vk { who: i64, community: i64 },
    Avito { who: i64, item: i64, seller: i64 },
    Meta { who: i64, account: String },
}

impl Messengers {
    /// Sends a text as the customer of this line.
    pub fn writes(&self, line: &DemoLine, text: &str) -> anyhow::Result<()> {
        match &line.customer {
            Customer::Telegram { who, bot } => {
                let phone = self.telegram.customer(*who, *bot);
                phone.starts("")?;
                phone.writes(text).map(drop)
            }
            Customer::WhatsApp { who, phone } => self.whatsapp.customer(*who, phone).writes(text).map(drop),
            Customer::Max { who, bot } => {
                let phone = self.max.customer(*who, *bot);
                phone.starts("")?;
                phone.writes(text).map(drop)
            }
            Customer::Vk { who, community } => self.vk.customer(*who, *community).writes(text).map(drop),
            Customer::Avito { who, item, .. } => self.avito.customer(*who, *item).writes(text).map(drop),
            Customer::Meta { who, account } => self.meta.customer(*who, account).writes(text).map(drop),
        }
    }

    /// Waits until the messenger calls the line's address: VK confirms it first, and does not deliver what was written
    /// before.
    pub async fn calls(&self, line: &DemoLine, patience: Duration) -> anyhow::Result<()> {
        let Customer::Vk { community, .. } = &line.customer else { return Ok(()) };
        let look = async {
            while !self.vk.servers(*community).iter().any(|server| server.status == ServerStatus::Ok) {
                tokio::time::sleep(LOOK_EVERY).await;
            }
        };
        tokio::time::timeout(patience, look).await.context("the messenger did not confirm the address of the line")
    }

    /// Waits until the customer of this line has received this text.
    pub async fn gets(&self, line: &DemoLine, text: &str, patience: Duration) -> anyhow::Result<()> {
        let look = async {
            while !self.has(line, text) {
                tokio::time::sleep(LOOK_EVERY).await;
            }
        };
        tokio::time::timeout(patience, look).await.context("the answer did not reach the customer's phone")
    }

    fn has(&self, line: &DemoLine, text: &str) -> bool {
        match &line.customer {
            Customer::Telegram { who, bot } => {
                self.telegram.history(*bot, *who).iter().any(|message| message.text == text)
            }
            Customer::WhatsApp { phone, .. } => self.whatsapp.sent(phone).iter().any(|message| message.text == text),
            Customer::Max { bot, .. } => self.max.sent(*bot).iter().any(|message| message.text == text),
            Customer::Vk { who, community } => {
                self.vk.sent_to(*community, *who).iter().any(|message| message.text == text)
            }
            Customer::Avito { seller, .. } => self.avito.sent(*seller).iter().any(|message| message.text == text),
            Customer::Meta { who, account } => {
                self.meta.sent_to(account, *who).iter().any(|message| message.text == text)
            }
        }
    }
}

/// Frequent questions in the site's chat in a visitor's language, the first two with their answers.
pub const fn questions(language: Language) -> [&'static str; 3] {
    match language {
        Language::En => [
            "How much is delivery? | Free in the city. Orders leave on the next working day.",
            "Can I return it? | Within 30 days, unused.",
            "Is it in stock?",
        ],
        Language::Ru => [
            "Сколько стоит доставка? | По городу бесплатно, отправляем на следующий рабочий день.",
            "Можно вернуть товар? | В течение 30 дней, если им не пользовались.",
            "Есть в наличии?",
        ],
        Language::Es => [
            "¿Cuánto cuesta el envío? | Gratis en la ciudad. Los pedidos salen el siguiente día hábil.",
            "¿Puedo devolverlo? | Dentro de 30 días, sin usar.",
            "¿Está disponible?",
        ],
        Language::Pt => [
            "Quanto custa a entrega? | Grátis na cidade. Os pedidos saem no próximo dia útil.",
            "Posso devolver? | Em até 30 dias, sem uso.",
            "Está em estoque?",
        ],
    }
}

/// Names in the language of the demo.
pub struct Names {
    pub shops: [&'static str; 2],
    /// The sources: the site's chat and the own messenger.
    pub sources: [&'static str; 2],
    /// The company that has the demo's server.
    pub company: &'static str,
    /// Its program that gets the vendor's webhooks.
    pub billing: &'static str,
    /// The bot for alerts, and who gets them.
    pub alerts: &'static str,
    pub administrator: &'static str,
    pub first: &'static str,
    pub last: &'static str,
    pub advert: &'static str,
    pub price: &'static str,
    /// Of rules for new enquiries: a name, two words of a message, a tag, two further names.
    pub rules: [&'static str; 6],
}

impl Names {
    pub const fn of(language: Language) -> Self {
        match language {
            Language::En | Language::Es | Language::Pt => Self {
                shops: ["Demo shop", "Second shop"],
                sources: ["Website chat", "Own messenger"],
                company: "Demo Ltd",
                billing: "Vendor’s billing",
                alerts: "Demo alerts",
                administrator: "Administrator",
                first: "Maria",
                last: "Kovaleva",
                advert: "Blue sofa",
                price: "30 000 ₽",
                rules: [
                    "Questions about prices",
                    "price",
                    "how much",
                    "price",
                    "Known customers",
                    "All others in turn",
                ],
            },
            Language::Ru => Self {
                shops: ["Демо-магазин", "Второй магазин"],
                sources: ["Чат на сайте", "Свой мессенджер"],
                company: "ООО «Демо»",
                billing: "Биллинг вендора",
                alerts: "Оповещения демо",
                administrator: "Администратор",
                first: "Мария",
                last: "Ковалёва",
                advert: "Диван синий",
                price: "30 000 ₽",
                rules: [
                    "Вопросы о цене",
                    "цена",
                    "сколько стоит",
                    "цена",
                    "Знакомые клиенты",
                    "Все остальные по очереди",
                ],
            },
        }
    }

    pub fn full(&self) -> String {
        format!("{} {}", self.first, self.last)
    }
}
