#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

// What OpenSSL has as macros, which Swift does not see.

static inline int tls_set_versions(SSL_CTX *context, int least, int most) {
    return SSL_CTX_set_min_proto_version(context, least) && SSL_CTX_set_max_proto_version(context, most);
}

static inline void tls_release_idle_buffers(SSL_CTX *context) {
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
}

static inline void tls_set_options(SSL_CTX *context) {
    SSL_CTX_set_options(
        context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
}

static inline void tls_keep_no_sessions(SSL_CTX *context) {
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(context, 0);
}

// Whether the last error is that no further block was found.
static inline int tls_is_end_of_blocks(void) {
    unsigned long last = ERR_peek_last_error();
    return ERR_GET_LIB(last) == ERR_LIB_PEM && ERR_GET_REASON(last) == PEM_R_NO_START_LINE;
}

static inline int tls_count(const STACK_OF(X509) *certificates) { return sk_X509_num(certificates); }

static inline X509 *tls_certificate(const STACK_OF(X509) *certificates, int index) {
    return sk_X509_value(certificates, index);
}

static inline void tls_free(STACK_OF(X509) *certificates) { sk_X509_pop_free(certificates, X509_free); }

static inline STACK_OF(X509) *tls_chain(void) { return sk_X509_new_null(); }

static inline int tls_append(STACK_OF(X509) *certificates, X509 *certificate) {
    return X509_up_ref(certificate) && sk_X509_push(certificates, certificate);
}

static inline BIO *tls_open_pipe(void) {
    BIO *pipe = BIO_new(BIO_s_mem());
    if (pipe) BIO_set_mem_eof_return(pipe, -1);
    return pipe;
}
