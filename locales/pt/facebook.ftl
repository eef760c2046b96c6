# Machine-made: no native has read it yet.

## The kind

connector-facebook = Facebook Messenger
connector-facebook-about = Os clientes escrevem para sua página e comentam as publicações. Entregas, leituras e reações também chegam. Bots podem responder por 24 horas; atendentes, por 7 dias.

## What Messenger refuses (docs/errors.md)

passport-facebook-window = O cliente não escreve há 24 h (7 dias para pessoas). Espere ele escrever.
passport-facebook-not_receiving = O cliente não aceita suas mensagens. Fale com ele por outro meio.
passport-facebook-blocked_by_person = O cliente bloqueou a conta ou saiu. Fale com ele por outro meio.
passport-facebook-unavailable = O cliente não está disponível agora. Fale com ele por outro meio.
passport-facebook-unknown_person = O Messenger não conhece este cliente: ele precisa escrever primeiro.
passport-facebook-answered = Este comentário já tem uma resposta privada. Responda em público ou espere o cliente.
passport-facebook-not_privately = A resposta privada é possível até 7 dias depois do comentário. Responda em público.
passport-facebook-gone = O que você responde foi excluído no Messenger ou o token não mostra.
passport-facebook-too_long = O texto é longo demais para o Messenger. Encurte-o.
passport-facebook-too_large = O arquivo é grande demais para o Messenger. Envie um link.
passport-facebook-not_taken = O Messenger não aceitou este arquivo. Envie outro formato ou um link.
passport-facebook-quote = A mensagem citada não existe mais. Envie sem a citação.
passport-facebook-token = O token de acesso não vale mais. Insira um novo nas configurações da fonte.
passport-facebook-session = O Messenger pede um novo token de acesso. Insira-o nas configurações da fonte.
passport-facebook-permission = Falta ao aplicativo uma permissão para mensagens ou comentários. Conceda-a novamente.
passport-facebook-permissions = Falta ao aplicativo uma permissão desta conta. Conecte a conta novamente.
passport-facebook-restricted = A Meta restringiu esta conta por um tempo. Veja a página de qualidade da conta.
passport-facebook-app_rate = O limite de chamadas do aplicativo foi atingido. O Parom tenta novamente.
passport-facebook-user_rate = A conta faz coisas demais ao mesmo tempo. O Parom tenta novamente.
passport-facebook-page_rate = O limite de chamadas da conta foi atingido. O Parom tenta novamente.
passport-facebook-rate = O Messenger pede para ir mais devagar. O Parom tenta novamente.
passport-facebook-use_case_rate = O limite de chamadas ao Messenger foi atingido. O Parom tenta novamente.
passport-facebook-temporary = O Messenger não funciona agora. O Parom tenta novamente.
passport-facebook-unsent = O Messenger não conseguiu enviar. O Parom tenta novamente.
passport-facebook-empty = A mensagem não tem texto. Escreva algo.
passport-facebook-busy = O Messenger tem chamadas demais. O Parom tenta novamente.
passport-facebook-server = O Messenger não responde. O Parom tenta novamente.
passport-facebook-parameter = O Messenger não aceitou a mensagem. Mude-a e envie novamente.
passport-facebook-other = O Messenger recusou a mensagem. Mude-a e envie novamente.

## The wizard

wizard-fb-page = ID da página
wizard-fb-page-hint = Só dígitos. Na página, abra Sobre → Transparência da página; ou veja Configurações no Meta Business Suite.
wizard-fb-token = Token de acesso da página
wizard-fb-verify-hint = Qualquer texto à sua escolha. O Parom o envia à Meta junto com o endereço dele.
wizard-fb-verify-optional-hint = Só com um app próprio: qualquer texto à sua escolha. O Parom o envia à Meta junto com o endereço dele.
wizard-fb-token-hint = No seu app em developers.facebook.com, abra Messenger → Settings, escolha a página e clique em Generate. São necessárias pages_messaging, pages_manage_metadata, pages_read_engagement.
wizard-consent-facebook = Entrar com o Facebook
wizard-consent-hint-facebook = Na página do Facebook, entre, escolha suas páginas e confirme. Depois você volta para cá, sem copiar nada.
said-consent-none-facebook = nenhuma página que você administra foi escolhida. Escolha pelo menos uma na página do Facebook
