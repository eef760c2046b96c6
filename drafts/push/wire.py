import os, re, shutil
os.chdir('/work/wt/features')
F='/tmp/w/features/push/files/'
def sub(p,a,b,n=1):
    s=open(p).read()
    assert a in s,(p,a)
    s=s.replace(a,b,n); open(p,'w').write(s)
def put(src,dst):
    os.makedirs(os.path.dirname(dst),exist_ok=True); shutil.copy(src,dst)
shutil.copytree('/tmp/w/features/push/alert_notices_push','server/src/alert_notices/push')
put('/tmp/w/features/push/alert_device.rs','entity/src/alert_device.rs')
put('/tmp/w/features/push/push_key.rs','entity/src/push_key.rs')
put(F+'push-worker.js','server/assets/panel/push-worker.js')
put(F+'push.js','server/assets/panel/push.js')
put(F+'devices_panel.rs','server/src/panel/alerts/devices.rs')
put(F+'push_service.rs','tests/src/push_service.rs')
put(F+'push_test.rs','tests/it/alerts/push.rs')
put(F+'push_browser.rs','tests/it/browser/push.rs')
sub('entity/src/lib.rs','pub mod alert_notice;','pub mod alert_device;\npub mod alert_notice;')
s=open('entity/src/lib.rs').read()
i=s.index('pub mod raw_hook;'); s=s[:i]+'pub mod push_key;\n'+s[i:]; open('entity/src/lib.rs','w').write(s)
p='migration/src/m20261122_000001_schema/people.rs'
sub(p,'    ALERT_WEBHOOK,\n    ALERT_NOTICE,\n','    ALERT_WEBHOOK,\n    ALERT_DEVICE,\n    PUSH_KEY,\n    ALERT_NOTICE,\n')
sub(p,'/// Notices about alerts that are still','''/// Browsers that show a person's alerts. Rows belong to the nil tenant, because a person may be a member of several
/// accounts.
const ALERT_DEVICE: Table = tenant_table("alert_device", &["id"])
    .columns(&[
        uuid("id"),
        uuid("person_id"),
        blob("subscription"),
        text("endpoint_hash"),
        text("name"),
        bigint("created_at"),
    ])
    .indexes(&[
        // A browser shows the alerts of one person.
        "CREATE UNIQUE INDEX alert_device_endpoint ON alert_device (tenant_id, endpoint_hash)",
        // Finds the devices of a person.
        "CREATE INDEX alert_device_person ON alert_device (tenant_id, person_id)",
    ]);

/// The key by which push services recognise this server. One row, of the nil tenant.
const PUSH_KEY: Table = tenant_table("push_key", &[]).columns(&[blob("secret"), bigint("created_at")]);

/// Notices about alerts that are still''')
p='base/src/vault/place.rs'
sub(p,'    /// Addresses of visitors who get answers','''    /// A browser's subscription for alerts.
    AlertDevice = "alert_device",
    /// The key by which push services recognise this server.
    PushKey = "push_key",
    /// Addresses of visitors who get answers''')
sub(p,'            Self::ChatEmail => Table {','''            Self::AlertDevice => Table { name: "alert_device", columns: &["subscription"], ..plain },
            Self::PushKey => Table { name: "push_key", keys: &[], columns: &["secret"], ..plain },
            Self::ChatEmail => Table {''')
p='server/src/alert_notices/channel.rs'
sub(p,'    Chat,\n','    Chat,\n    /// Notifications of the browsers in which the person switched them on.\n    Push,\n')
sub(p,'[Self; 2] = [Self::Email, Self::Chat]','[Self; 3] = [Self::Email, Self::Chat, Self::Push]')
sub(p,'            Self::Chat => "chat",','            Self::Chat => "chat",\n            Self::Push => "push",')
sub(p,'[Self::Email, Self::Chat, Self::Webhook].into_iter()','[Self::Email, Self::Chat, Self::Push, Self::Webhook].into_iter()')
p='server/src/alert_notices/readers.rs'
sub(p,'use entity::{alert_chat, member, person};','use entity::{alert_chat, alert_device, member, person};')
sub(p,'use super::channel::Channel;','use super::channel::Channel;\nuse super::push::devices;')
sub(p,'    pub chat: Preference,\n','    pub chat: Preference,\n    pub push: Preference,\n')
sub(p,'    pub linked: Option<alert_chat::Model>,\n','    pub linked: Option<alert_chat::Model>,\n    /// The browsers that show notifications.\n    pub devices: Vec<alert_device::Model>,\n')
sub(p,'            Channel::Chat => &self.chat,','            Channel::Chat => &self.chat,\n            Channel::Push => &self.push,')
sub(p,'            Channel::Chat => self.open_chat().is_some(),','            Channel::Chat => self.open_chat().is_some(),\n            Channel::Push => !self.devices.is_empty(),')
sub(p,'''    let ids = people.iter().map(|(person, _)| person.id);
''','''    let ids = people.iter().map(|(person, _)| person.id);
    let browsers = devices::all(db, ids.clone()).await?;
''')
sub(p,'''        Reader { email: of(Channel::Email), chat: of(Channel::Chat), linked, person, role }''','''        let devices = browsers.iter().filter(|row| row.person_id == person.id).cloned().collect();
        let (email, chat, push) = (of(Channel::Email), of(Channel::Chat), of(Channel::Push));
        Reader { email, chat, push, linked, devices, person, role }''')
p='server/src/alert_notices/mod.rs'
sub(p,'mod notice;\n','mod notice;\npub mod push;\n')
sub(p,'claim ─▶ e-mail · the vendor\'s bot · the account\'s webhook','claim ─▶ e-mail · the vendor\'s bot · browsers · the account\'s webhook')
p='server/src/alert_notices/write.rs'
sub(p,'        Channel::Chat => app.bot.is_some(),','        Channel::Chat => app.bot.is_some(),\n        Channel::Push => push::is_on(app),')
sub(p,'use super::webhook;','use super::{push, webhook};')
p='server/src/alert_notices/send.rs'
sub(p,'use super::{bot, readers, webhook};','use super::{bot, push, readers, webhook};')
sub(p,'        _ => bot::send','        Some(Channel::Push) => push::send(app, &reader, row, &notice).await,\n        _ => bot::send')
sub(p,'SMTP · bot · webhook','SMTP · bot · push · webhook')
p='server/src/alert_notices/card.rs'
sub(p,'fn without_address(','pub(super) fn without_address(')
p='server/src/alert_notices/notice.rs'
sub(p,'use super::sections::Section;','use super::card::without_address;\nuse super::sections::Section;')
sub(p,'const CHAT_CHARS: usize = 4_000;','const CHAT_CHARS: usize = 4_000;\n/// The most characters of a notification\'s title and of its text: browsers show less, and push services take 4096 bytes.\nconst PUSH_CHARS: [usize; 2] = [150, 400];')
sub(p,'    /// The body of a webhook.\n','''    /// The payload for a browser, whose notifications with the same tag replace each other. `home`: this server's own
    /// address.
    pub fn push(&self, tag: &str, home: &str) -> Value {
        let [title, body] = PUSH_CHARS;
        let text = match self.sections.as_slice() {
            [only] => without_address(&only.body, &only.url),
            several => several.iter().map(|one| one.subject.as_str()).collect::<Vec<_>>().join("\\n"),
        };
        let page = self.sections.iter().find(|one| !one.is_over()).or(self.sections.first());
        let path = page.and_then(|one| one.url.strip_prefix(home)).unwrap_or("/panel/alerts");
        let cut = |text: &str, most: usize| text.chars().take(most).collect::<String>();
        json!({"title": cut(&self.subject, title), "body": cut(&text, body), "path": path, "tag": tag})
    }

    /// The body of a webhook.
''')
sub(p,'    #[test]\n    fn a_program_gets','''    #[test]
    fn a_notification_is_short_and_leads_to_a_page_of_this_server() {
        let one = notice(vec![section(&"ы".repeat(5_000), None)]);
        let push = one.push("t1", "https://");
        assert_eq!((&push["body"], &push["path"]), (&json!("Do this."), &json!("x")));
        assert_eq!(one.push("t1", "https://other.example")["path"], "/panel/alerts");
        let several = notice(vec![section(&"ы".repeat(5_000), Some(7)), section("Bea", None)]).push("t1", "https://x");
        assert!(several.to_string().len() < 3_000, "{several}");
    }

    #[test]
    fn a_program_gets''')
p='server/src/tenant/forget.rs'
sub(p,'account_note, account_usage, alert, alert_chat,','account_note, account_usage, alert, alert_chat, alert_device,')
sub(p,'''            directory::Entity::delete_many()
                .filter(directory::Column::Kind.eq(IdKind::Person.name()))''','''            alert_device::Entity::delete_many()
                .filter(alert_device::Column::TenantId.eq(VENDOR))
                .filter(alert_device::Column::PersonId.eq(row.person_id))
                .exec(store.write())
                .await?;
            directory::Entity::delete_many()
                .filter(directory::Column::Kind.eq(IdKind::Person.name()))''')
p='server/src/panel/alerts/mod.rs'
sub(p,'mod chat;\nmod mine;','mod chat;\nmod devices;\nmod mine;')
sub(p,'use chat::ChatView;','use chat::ChatView;\nuse devices::DevicesView;')
sub(p,'        .route("/alerts/webhook", web::post().to(webhook::set))','        .route("/alerts/devices", web::post().to(devices::add))\n        .route("/alerts/devices/{id}/remove", web::post().to(devices::remove))\n        .route("/alerts/webhook", web::post().to(webhook::set))')
sub(p,'    chat: ChatView,\n','    chat: ChatView,\n    /// None if browsers cannot subscribe here.\n    push: Option<DevicesView>,\n')
sub(p,'''    let mine = me.filter(|_| !member.view_as).map(|me| Mine {
''','''    let push = match me.filter(|_| !member.view_as && alert_notices::is_on(&app.alert_notices, Channel::Push)) {
        Some(me) => Some(devices::view(app, me).await?),
        None => None,
    };
    let mine = me.filter(|_| !member.view_as).map(|me| Mine {
        push,
''')
p='server/src/panel/alerts/switches.rs'
sub(p,'        Channel::Chat => ("chat_kind", "chat"),','        Channel::Chat => ("chat_kind", "chat"),\n        Channel::Push => ("push_kind", "push"),')
sub(p,'[&str; 5] = ["kind", "letters", "chat_kind", "chat", "webhook_kind"]','[&str; 7] = ["kind", "letters", "chat_kind", "chat", "push_kind", "push", "webhook_kind"]')
sub(p,'''        let linked = *channel != Channel::Chat || reader.linked.as_ref().is_some_and(|row| row.chat_id != 0);
''','''        let linked = match channel {
            Channel::Chat => reader.linked.as_ref().is_some_and(|row| row.chat_id != 0),
            Channel::Push => !reader.devices.is_empty(),
            Channel::Email | Channel::Webhook => true,
        };
''')
sub(p,'a chat\'s only once one is linked.','a chat\'s and the\n    /// browsers\' only once there is one.')
p='templates/panel/alerts.html'
sub(p,'{% block main %}','{% block head %}{% if let Some(mine) = mine %}{% if mine.push.is_some() %}<script type="module" src="/panel/static/push.js" nonce="{{ page.nonce }}"></script>{% endif %}{% endif %}{% endblock %}\n{% block main %}')
sub(p,'{% if mail_on && !mine.waiting.is_empty() %}','''{% if let Some(push) = mine.push %}<section class="card"><h3>{{ words.text("alerts-channel-push") }}</h3>
{% if push.rows.is_empty() %}<p>{{ words.text("alerts-push-about") }}</p>{% else %}<ul id="push-devices">{% for device in push.rows %}<li><bdi>{{ device.name }}</bdi> <span class="muted">{{ words.text("common-since") }} {{ page.stamp(device.since)|safe }}</span> <form class="inline" method="post" action="/panel/alerts/devices/{{ device.id }}/remove">{{ page.csrf()|safe }}<button class="link">{{ words.text("alerts-push-remove") }}<span class="unseen">: {{ device.name }}</span></button></form></li>{% endfor %}</ul>{% endif %}
<form id="push-form" method="post" action="/panel/alerts/devices" data-key="{{ push.key }}" data-denied="{{ words.text("alerts-push-denied") }}" data-failed="{{ words.text("alerts-push-failed") }}" data-unsupported="{{ words.text("alerts-push-unsupported") }}" hidden>{{ page.csrf()|safe }}{% for name in ["endpoint", "p256dh", "auth"] %}<input type="hidden" name="{{ name }}">{% endfor %}<button class="button">{{ words.text("alerts-push-on") }}</button></form>
<p id="push-said" class="hint" role="status" hidden></p><noscript><p class="hint">{{ words.text("alerts-push-scripts") }}</p></noscript></section>{% endif %}
{% if mail_on && !mine.waiting.is_empty() %}''')
sub('server/src/panel/html.rs','connect-src \'self\'; \\\n         form-action','connect-src \'self\'; worker-src \'self\'; \\\n         form-action')
p='server/src/panel/assets.rs'
sub(p,'        "mark.svg" =>','        "push.js" => (SCRIPT, include_str!("../../assets/panel/push.js")),\n        "mark.svg" =>')
s=open(p).read()+'''
/// `GET /panel/push-worker.js`: the browser's worker for notifications, which may serve the panel's pages only.
pub(super) async fn push_worker(request: HttpRequest) -> HttpResponse {
    asset::answer((SCRIPT, include_str!("../../assets/panel/push-worker.js")), &request)
}
'''
open(p,'w').write(s)
sub('server/src/panel/mod.rs','            .route("/events"','            .route("/push-worker.js", web::get().to(assets::push_worker))\n            .route("/events"')
sub('server/Cargo.toml','actix-web.workspace = true','actix-web.workspace = true\naes-gcm.workspace = true')
sub('server/Cargo.toml','hmac.workspace = true','hkdf.workspace = true\nhmac.workspace = true')
sub('server/Cargo.toml','qrcode.workspace = true','p256.workspace = true\nqrcode.workspace = true')
p='tests/Cargo.toml'
sub(p,'amocrm.workspace = true','aes-gcm.workspace = true\namocrm.workspace = true')
sub(p,'hmac.workspace = true','hkdf.workspace = true\nhmac.workspace = true')
sub(p,'proptest.workspace = true','p256.workspace = true\nproptest.workspace = true')
sub('Cargo.toml','p256 = { version = "0.14", default-features = false, features = ["ecdh", "ecdsa"] }','p256 = { version = "0.14", default-features = false, features = ["alloc", "ecdh", "ecdsa"] }')
s=open('tests/src/lib.rs').read()
print([l for l in s.split('\n') if l.startswith('mod ') or l.startswith('pub mod')])
m='pub mod settings;' if 'pub mod settings;' in s else None
sub('tests/src/lib.rs','pub mod settings;','pub mod push_service;\npub mod settings;')
sub('tests/it/alerts/mod.rs','mod silence;','mod push;\nmod silence;')
s=open('tests/it/browser/mod.rs').read()
i=s.index('mod reviewed;'); s=s[:i]+'mod push;\n'+s[i:]; open('tests/it/browser/mod.rs','w').write(s)
T={'en':['Browser','Get alerts as notifications of this browser, also while the panel is closed.','Turn on in this browser','Turn off','{ $name } shows alerts from now on.','That browser shows no more alerts.','Your browser blocks notifications of this page. Allow them in the settings of the site, then try again.','The browser did not subscribe: its notification service did not answer. Try again later.','This browser cannot show notifications. On an iPhone or iPad, first add the panel to the home screen.','Notifications need JavaScript.','The browser did not send a valid subscription. Try again.','You cannot have more than { $most } browsers. Turn one off first.','Too many attempts. Try again in a minute.','Browser','Browser for alerts added','Browser for alerts removed'],
'ru':['Браузер','Получайте оповещения как уведомления этого браузера, даже когда панель закрыта.','Включить в этом браузере','Отключить','Оповещения теперь показывает { $name }.','Этот браузер больше не показывает оповещения.','Браузер блокирует уведомления этой страницы. Разрешите их в настройках сайта и попробуйте снова.','Браузер не подписался: его служба уведомлений не ответила. Попробуйте позже.','Этот браузер не умеет показывать уведомления. На iPhone и iPad сначала добавьте панель на экран «Домой».','Для уведомлений нужен JavaScript.','Браузер передал неверную подписку. Попробуйте снова.','Можно подключить не больше { $most } браузеров. Сначала отключите один из них.','Слишком много попыток. Попробуйте через минуту.','Браузер','Добавлен браузер для оповещений','Удалён браузер для оповещений'],
'es':['Navegador','Recibe las alertas como notificaciones de este navegador, incluso con el panel cerrado.','Activar en este navegador','Desactivar','{ $name } muestra las alertas desde ahora.','Ese navegador ya no muestra alertas.','Tu navegador bloquea las notificaciones de esta página. Permítelas en los ajustes del sitio e inténtalo de nuevo.','El navegador no se suscribió: su servicio de notificaciones no respondió. Inténtalo más tarde.','Este navegador no puede mostrar notificaciones. En un iPhone o iPad, añade primero el panel a la pantalla de inicio.','Las notificaciones necesitan JavaScript.','El navegador no envió una suscripción válida. Inténtalo de nuevo.','No puedes tener más de { $most } navegadores. Desactiva uno primero.','Demasiados intentos. Inténtalo en un minuto.','Navegador'],
'pt':['Navegador','Receba os alertas como notificações deste navegador, mesmo com o painel fechado.','Ativar neste navegador','Desativar','{ $name } mostra os alertas a partir de agora.','Esse navegador não mostra mais alertas.','Seu navegador bloqueia as notificações desta página. Permita-as nas configurações do site e tente de novo.','O navegador não se inscreveu: o serviço de notificações dele não respondeu. Tente mais tarde.','Este navegador não consegue mostrar notificações. No iPhone ou iPad, primeiro adicione o painel à tela de início.','As notificações precisam de JavaScript.','O navegador não enviou uma inscrição válida. Tente de novo.','Você não pode ter mais de { $most } navegadores. Desative um primeiro.','Tentativas demais. Tente de novo em um minuto.','Navegador']}
K=['alerts-channel-push','alerts-push-about','alerts-push-on','alerts-push-remove','alerts-push-added','alerts-push-removed','alerts-push-denied','alerts-push-failed','alerts-push-unsupported','alerts-push-scripts','alerts-push-damaged','alerts-push-most','alerts-push-wait','alerts-push-browser']
for l,t in T.items():
    text=''.join(f'{k} = {v}\n' for k,v in zip(K,t))
    sub(f'locales/{l}/alerts.ftl','alerts-channel-webhook =',text+'alerts-channel-webhook =')
    if len(t)>14:
        sub(f'locales/{l}/team.ftl','audit-did-alert-chat_unlinked =',f'audit-did-alert-device_added = {t[14]}\naudit-did-alert-device_removed = {t[15]}\naudit-did-alert-chat_unlinked =')
sub('docs/privacy.md','| `alert_notice.channel`','| `alert_device.subscription` (sealed), `alert_device.endpoint_hash`, `alert_device.name` | a browser that shows alerts: its address at its push service, its keys, and its name | until turned off, or until the push service says that it has ended |\n| `alert_notice.channel`')
sub('CHANGELOG.md','- A logo for the site chat','''- Alerts as notifications of browsers (Web Push), beside e-mail, Telegram and webhook in the table of switches: turned on at `/panel/alerts`
  in up to ten browsers of a person, encrypted for each, also while the panel is closed. Needs https. New tables `alert_device`,
  `push_key` ([decision 33](docs/decisions/0033-alerts-in-the-browser.md)).
- A logo for the site chat''')
put('/tmp/w/features/push/0033.md','docs/decisions/0033-alerts-in-the-browser.md')
