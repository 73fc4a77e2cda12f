<?php
/**
 * Plugin Name: Saring for Akismet
 * Description: Lets the stock Akismet plug-in ask your own Saring instead, and holds what cannot be asked about.
 * Version: 1.0
 * Requires PHP: 7.4
 * License: GPL-2.0-or-later
 *
 * Copy this file into wp-content/mu-plugins/ and put into wp-config.php:
 *
 *   define( 'SARING_URL', 'https://saring.example' );   // where Saring answers
 *   define( 'WPCOM_API_KEY', '0123456789ab' );          // the site's short key
 *
 * Optional:
 *
 *   define( 'SARING_NO_ADDRESS', true );   // send neither e-mail nor IP address
 *   define( 'SARING_TIMEOUT', 5 );         // seconds to wait for an answer
 *
 * @package Saring
 */

namespace Saring;

defined( 'ABSPATH' ) || exit;

const AKISMET_HOST = 'rest.akismet.com';
const FOLLOW_UP    = 'saring_follow_up';
const HELD         = 'saring_held';

/** What a correction and a check need; the visitor's headers and form stay on this server. */
const KEPT = array( 'POST_ak_hp_textarea' );
const SERVER_FIELDS = '/^(POST_|HTTP_|REMOTE_ADDR|REQUEST_URI|DOCUMENT_URI|SERVER_|(user_agent|comment_agent|referrer)$)/';
const NO_ADDRESS = array(
	'comment_author_email' => '',
	'comment_author_IP'    => '',
	'user_ip'              => '0.0.0.0',
);

if ( defined( 'SARING_URL' ) ) {
	add_filter( 'pre_http_request', __NAMESPACE__ . '\redirect', 10, 3 );
	add_action( 'comment_post', __NAMESPACE__ . '\remember_held' );
	add_action( FOLLOW_UP, __NAMESPACE__ . '\follow_up' );
}

/**
 * Answers a request to Akismet with what Saring says.
 *
 * @param false|array|\WP_Error $answer Somebody else's answer, if there is one.
 * @param array                 $args   The request.
 * @param string                $url    Where it should have gone.
 * @return false|array|\WP_Error
 */
function redirect( $answer, $args, $url ) {
	$parts = wp_parse_url( $url );
	$host  = strtolower( $parts['host'] ?? '' );
	if ( false !== $answer || ! preg_match( '/^(?:(\w+)\.)?' . preg_quote( AKISMET_HOST, '/' ) . '$/', $host, $found ) ) {
		return $answer;
	}
	$path  = $parts['path'] ?? '/';
	$check = '/1.1/comment-check' === rtrim( $path, '/' );
	if ( is_string( $args['body'] ?? null ) ) {
		$args['body'] = without_visitor( $args['body'], $found[1] ?? '' );
	}
	unset( $args['headers']['Host'], $args['headers']['host'] );
	$args['timeout']     = defined( 'SARING_TIMEOUT' ) ? SARING_TIMEOUT : 5;
	$args['redirection'] = 0;
	$query    = isset( $parts['query'] ) ? '?' . $parts['query'] : '';
	$response = wp_remote_request( untrailingslashit( SARING_URL ) . $path . $query, $args );
	return $check ? checked( $response ) : $response;
}

/**
 * The body of a request without what only this server needs to know.
 *
 * Works on the encoded pairs, so that no character set is touched.
 *
 * @param string $body The encoded form.
 * @param string $key  The key from the host name, where old plug-ins put it.
 */
function without_visitor( $body, $key ) {
	$replaced = defined( 'SARING_NO_ADDRESS' ) && SARING_NO_ADDRESS ? NO_ADDRESS : array();
	$pairs    = array();
	foreach ( explode( '&', $body ) as $pair ) {
		$name = urldecode( explode( '=', $pair, 2 )[0] );
		if ( isset( $replaced[ $name ] ) ) {
			$pairs[] = $name . '=' . $replaced[ $name ];
		} elseif ( in_array( $name, KEPT, true ) || ! preg_match( SERVER_FIELDS, $name ) ) {
			$pairs[] = $pair;
		}
	}
	if ( '' !== $key && false === strpos( "&$body", '&api_key=' ) ) {
		$pairs[] = 'api_key=' . $key;
	}
	return implode( '&', $pairs );
}

/**
 * A check's answer, or one that makes every version of Akismet hold the comment and ask again.
 *
 * Without a GUID, Akismet 5.5 would publish it; an error of WordPress's would be tried three times.
 *
 * @param array|\WP_Error $response What came back from Saring.
 */
function checked( $response ) {
	$good = ! is_wp_error( $response ) && 200 === (int) wp_remote_retrieve_response_code( $response );
	if ( $good && '' !== wp_remote_retrieve_header( $response, 'x-akismet-guid' ) ) {
		held( '' !== wp_remote_retrieve_header( $response, 'x-akismet-error' ) );
		return $response;
	}
	return array(
		'headers'  => array( 'x-akismet-guid' => str_replace( '-', '', wp_generate_uuid4() ) ),
		'body'     => 'saring did not answer',
		'response' => array(
			'code'    => 503,
			'message' => 'Service Unavailable',
		),
		'cookies'  => array(),
		'filename' => null,
	);
}

/**
 * Whether the comment of this request was held by Saring; remembers it when told.
 *
 * @param bool|null $now What to remember.
 */
function held( $now = null ) {
	static $held = false;
	$held = null === $now ? $held : $now;
	return $held;
}

/**
 * Marks a comment that Saring holds, and looks every ten minutes what became of such.
 *
 * @param int $comment_id The new comment.
 */
function remember_held( $comment_id ) {
	if ( ! held() || 'unapproved' !== wp_get_comment_status( $comment_id ) ) {
		return;
	}
	add_comment_meta( $comment_id, HELD, 1, true );
	if ( ! wp_next_scheduled( FOLLOW_UP ) ) {
		wp_schedule_single_event( time() + 600, FOLLOW_UP );
	}
}

/** Publishes or removes here what a moderator has ruled on in Saring. */
function follow_up() {
	$waiting = get_comments(
		array(
			'status'   => 'hold',
			'meta_key' => HELD,
			'number'   => 100,
			'orderby'  => 'comment_ID',
			'order'    => 'DESC',
		)
	);
	foreach ( class_exists( 'Akismet' ) ? $waiting : array() as $comment ) {
		$said = \Akismet::check_db_comment( $comment->comment_ID );
		if ( 'true' === $said ) {
			wp_spam_comment( $comment->comment_ID );
		} elseif ( 'false' === $said ) {
			wp_set_comment_status( $comment->comment_ID, 'approve' );
		}
		if ( 'true' === $said || 'false' === $said ) {
			delete_comment_meta( $comment->comment_ID, HELD );
		}
	}
	if ( $waiting && ! wp_next_scheduled( FOLLOW_UP ) ) {
		wp_schedule_single_event( time() + 600, FOLLOW_UP );
	}
}
