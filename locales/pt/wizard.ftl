# Machine-made: no native has read it yet.

## Source wizard: all messengers

wizard-title = Nova fonte
wizard-step = Passo { $step } de { $steps }: { $title }
wizard-step-messenger = Mensageiro
wizard-step-access = Acesso
wizard-step-routing = Nome e funil
wizard-step-test = Mensagem de teste
wizard-choose = Onde os clientes escrevem?
wizard-by-hand = Inserir o acesso manualmente
wizard-line-choose = O que você quer conectar?
wizard-line-choose-one = Escolha uma linha.
wizard-line-renewed = “{ $source }” tem acesso de novo.
wizard-line-failed = Ainda não está conectada.
wizard-consent-stale = Esta resposta não pertence a nenhum pedido seu ou chegou tarde demais. Nada foi conectado. Clique no botão de novo.
wizard-consent-declined = { $messenger }: o acesso não foi dado. Nada foi conectado. Clique no botão de novo quando quiser.
wizard-consent-refused = { $messenger } não confirmou o acesso. Nada foi conectado. Clique no botão de novo. O motivo: { $reason }
wizard-check-access = Verificar o acesso
wizard-access-ok = O acesso funciona: { $name }
wizard-create = Criar fonte
wizard-waiting-test = Escreva qualquer mensagem para “{ $name }” do seu celular. Ela vai aparecer aqui.
wizard-test-arrived = A mensagem de { $customer } chegou em { $seconds } s e está no { $crm }.
wizard-test-slow = Nada em 2 minutos. A fonte foi criada e continua esperando; verifique os três pontos abaixo.
wizard-skip-test = Terminar sem teste
wizard-done = “{ $source }” foi criada. Os novos chats vão para “{ $pipeline }”.
wizard-leave = A fonte ainda não foi criada. O que você inseriu não será mantido.

## Source wizard: Telegram

wizard-tg-token = Token do bot
wizard-tg-token-hint = No Telegram abra @BotFather, envie /mybots, escolha o bot e toque em API Token. É assim: 123456789:AAH…
wizard-tg-bad-format = O token de um bot tem dígitos, dois-pontos e cerca de 35 caracteres. Copie a linha inteira do @BotFather.
wizard-tg-refused = O Telegram não conhece este token. Talvez um mais novo tenha sido emitido no @BotFather.
wizard-tg-webhook-elsewhere = O bot @{ $bot } envia agora as mensagens para { $host }. Se você continuar, elas virão para o Parom e deixarão de chegar lá.
wizard-take-over = Passar o bot para o Parom
wizard-tg-groups = Grupos também
wizard-tg-groups-hint = Os grupos em que o bot está viram chats, um por grupo. Para ver lá todas as mensagens, desative Group Privacy no @BotFather e adicione o bot de novo.
wizard-tg-delivered = Contar como entregue o que o Telegram aceitou
wizard-tg-delivered-hint = O Telegram não informa quando uma mensagem é entregue ou lida. Sem esta marca as mensagens ficam como “enviadas”.
wizard-tg-sign = Assinar com o nome do atendente
wizard-tg-sign-hint = O nome aparece em uma linha acima de cada mensagem do atendente.
wizard-tg-greeting = Saudação
wizard-tg-greeting-hint = Enviada uma vez a cada cliente que toca em Start. { "{name}" } é o nome do cliente. Vazio: sem saudação. O chat aparece no CRM quando o cliente escreve.
wizard-tg-ask-phone = Pedir o número de telefone
wizard-tg-ask-phone-hint = A saudação traz um botão com o qual o cliente compartilha o número; ele passa a ser o telefone do contato.

## Source wizard: WhatsApp

wizard-wa-phone-id = ID do número de telefone
wizard-wa-phone-id-hint = Meta for Developers → seu app → WhatsApp → API Setup. Só dígitos; não é o número de telefone.
wizard-wa-waba-id = ID da conta do WhatsApp Business
wizard-wa-token = Token de acesso permanente
wizard-wa-token-hint = De um usuário do sistema com as permissões whatsapp_business_messaging e whatsapp_business_management. O token de 24 horas da página inicial não serve.
wizard-wa-app-secret = Chave secreta do app
wizard-wa-app-secret-hint = App settings → Basic. Com ela o Parom distingue as chamadas da Meta das falsas.
wizard-wa-webhook-title = Cole estes dois valores na Meta
wizard-wa-callback-url = Callback URL
wizard-wa-verify-token = Verify token
wizard-wa-webhook-hint = Meta for Developers → seu app → WhatsApp → Configuration → Edit. Depois assine o campo “messages”. Sem isto a Meta não entrega as mensagens dos clientes.

## Source wizard: website chat and own messenger

wizard-later = Aparência, perguntas e horário
wizard-later-hint = Tudo isso também pode ser configurado depois, com pré-visualização.
wizard-web-sites = Sites em que o chat aparece
wizard-web-sites-hint = Um endereço por linha, por exemplo https://shop.example. O caminho é ignorado.
wizard-web-title = Título do chat
wizard-web-logo = Logotipo
wizard-web-logo-hint = PNG, JPEG ou WebP, até 100 KB, de 32 × 32 a 1024 × 1024 pixels. É mostrado em um círculo no cabeçalho do chat.
wizard-web-logo-save = Enviar o logotipo
wizard-web-logo-remove = Remover o logotipo
wizard-web-color = Cor do botão
wizard-web-color-low = Texto branco sobre esta cor é difícil de ler (contraste { $ratio }, precisa de 4.5). O Parom usará texto escuro.
wizard-web-embed = Cole esta linha antes de </body> em cada página
wizard-web-link = Ou passe este link aos clientes
wizard-web-secret = Clientes que entraram no seu site
wizard-web-secret-hint = Seu site os identifica com um token assinado; assim o chat é o mesmo em todos os dispositivos. A chave de assinatura é mostrada uma vez; a anterior vale por um dia.
wizard-web-secret-new = Criar uma chave de assinatura
wizard-web-secret-made = Há uma nova chave de assinatura para “{ $source }”. A anterior vale por um dia.
wizard-custom-url = URL do webhook
wizard-custom-url-hint = O Parom enviará as mensagens para cá. Só https; responda com 2xx em até 15 segundos.
wizard-custom-window = Respostas livres, segundos
wizard-custom-window-hint = Por quanto tempo após a mensagem do cliente é possível escrever livremente, p. ex. 86400 para um dia; depois só são enviados modelos. Vazio: sempre.
wizard-custom-url-private = { $host } leva a uma rede privada. Informe um endereço acessível pela internet.
wizard-custom-secret = Chave de assinatura do webhook
wizard-custom-test-event = Enviar evento de teste
wizard-web-color-hint = Por exemplo #0B5CAD
wizard-web-side = Posição do botão
wizard-web-side-right = Direita
wizard-web-side-left = Esquerda
wizard-web-theme = Tema
wizard-web-theme-auto = O do dispositivo do visitante
wizard-web-theme-light = Claro
wizard-web-theme-dark = Escuro
wizard-web-reply = Tempo de resposta
wizard-web-reply-none = Não mostrar
wizard-web-reply-minutes = Em minutos
wizard-web-reply-hour = Em uma hora
wizard-web-reply-day = Em um dia
wizard-web-reply-own = Texto próprio sobre o tempo de resposta
wizard-web-reply-own-hint = Aparece abaixo do título no lugar do tempo de resposta.
wizard-web-invite = Convite
wizard-web-invite-hint = Até que o visitante o feche ou abra o chat; depois não aparece mais. Em telefones o chat não se abre sozinho: aparece o texto.
wizard-web-invite-none = Não convidar
wizard-web-invite-beside = Mostrar um texto ao lado do botão
wizard-web-invite-chat = Abrir o chat
wizard-web-invite-text = Texto do convite
wizard-web-invite-after = Segundos em uma página antes do convite
wizard-web-invite-after-hint = Deixe vazio para convidar logo.
wizard-web-invite-pages = Páginas com o convite
wizard-web-invite-pages-hint = Uma parte do endereço por linha, por exemplo /precos. Deixe vazio para todas as páginas.
wizard-web-label-name = Rótulo do nome
wizard-web-label-phone = Rótulo do telefone
wizard-web-label-email = Rótulo do e-mail
wizard-web-greeting = Saudação
wizard-web-ask = O que perguntar antes do chat
wizard-web-ask-hint = Deixe vazio para que os clientes escrevam logo.
wizard-web-ask-name = Nome
wizard-web-ask-phone = Telefone
wizard-web-ask-email = E-mail
wizard-web-consent = Texto de consentimento
wizard-web-consent-hint = O cliente concorda com ele antes da primeira mensagem.
wizard-web-hours = Horário de atendimento
wizard-web-hours-hint = Dias e horas, uma linha cada: mon-fri 09:00-18:00. Deixe vazio se sempre há alguém para responder.
wizard-web-zone = Fuso horário do atendimento
wizard-web-zone-hint = Por exemplo America/Sao_Paulo
wizard-web-holidays = Feriados
wizard-web-holidays-hint = Um dia ou vários seguidos em cada linha: 01.01.2027, 31.12 - 08.01. Sem ano, vale para todos os anos.
wizard-web-away = Texto fora do horário de atendimento
wizard-web-away-hint = Deixe vazio para “Ninguém está aqui agora. Escreva e responderemos no horário de atendimento.”
wizard-web-mail = Enviar por e-mail as respostas não lidas depois de, minutos
wizard-web-mail-hint = De 1 a 1440, por exemplo 10. Só a visitantes que pediram e confirmaram o endereço. Deixe vazio para não enviar.

## Source wizard: further words

wizard-choose-one = Escolha um mensageiro.
wizard-no-kinds = Nenhum mensageiro pode ser adicionado: o fornecedor não abriu um canal para esta conta. Escreva ao suporte.
wizard-nothing-asked = Nada é necessário aqui.
wizard-too-old = A página ficou aberta tempo demais e o que você inseriu foi apagado. Comece de novo: nada foi criado.
wizard-check-passed = Verificação concluída.
wizard-check-failed = A verificação falhou. Corrija os valores, ou continue e termine depois: as mensagens esperam até o outro lado responder.
wizard-custom-unsigned = A chave de assinatura é mostrada no último passo. Até lá, um servidor que verifica assinaturas responde 401 ou 403.
wizard-go-on = Continuar mesmo assim
wizard-pipeline-main = Padrão: o funil principal
wizard-channel = Canal
wizard-created = “{ $source }” foi criada e aparece no { $crm }.
wizard-being-made = A fonte está sendo criada. Atualize em alguns segundos.
wizard-test-on-its-way = A mensagem está aqui e a caminho do { $crm }.
wizard-tick-messenger = { $messenger } passou uma mensagem
wizard-tick-stored = O Parom a guardou
wizard-tick-crm = O { $crm } a aceitou
wizard-tick-visible = Visível no chat
wizard-slow-webchat-1 = O chat abre pelo link acima?
wizard-slow-webchat-2 = O site está na lista de sites, com https://?
wizard-slow-webchat-3 = Um bloqueador do navegador esconde o chat? Tente em uma janela privada.
wizard-slow-custom-1 = A API respondeu 202? Outra resposta diz o que corrigir.
wizard-slow-custom-2 = O id da mensagem é novo? Um conhecido não é guardado de novo.
wizard-slow-custom-3 = A chave tem o escopo “write”?
wizard-web-open = Abra o chat e escreva algo:
wizard-web-line = Cole esta linha antes de </body> em cada página do site:
wizard-web-nowhere = A linha funciona nos sites da lista: primeiro adicione um em “Instalação”.
wizard-custom-curl = Envie uma mensagem pelo terminal; coloque uma chave no lugar de API_KEY:
wizard-finish = Pronto
wizard-leave-title = Sair?
wizard-leave-button = Sair sem criar a fonte
