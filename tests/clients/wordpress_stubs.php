<?php
/**
 * The few functions of WordPress that deploy/wordpress/saring.php calls, and one run of it.
 *
 *   php wordpress_stubs.php PLUG-IN < a JSON object of settings and steps
 *
 * Steps run in order; what each came to is printed as one JSON list. Requests that leave the file are
 * made for real where they go to 127.0.0.1, and listed in "sent".
 */

class WP_Error {}

$said    = json_decode( stream_get_contents( STDIN ), true );
$filters = array();
$sent    = array();
$meta    = array();
$cron    = array();
$status  = array();

define( 'ABSPATH', '/' );
foreach ( $said['constants'] as $name => $value ) {
	define( $name, $value );
}

function add_filter( $name, $does ) {
	$GLOBALS['filters'][ $name ] = $does;
}
function add_action( $name, $does ) {
	add_filter( $name, $does );
}
function wp_parse_url( $url ) {
	return parse_url( $url );
}
function untrailingslashit( $text ) {
	return rtrim( $text, '/\\' );
}
function is_wp_error( $thing ) {
	return $thing instanceof WP_Error;
}
function wp_remote_retrieve_response_code( $response ) {
	return $response['response']['code'] ?? '';
}
function wp_remote_retrieve_header( $response, $name ) {
	return $response['headers'][ $name ] ?? '';
}
function wp_generate_uuid4() {
	return vsprintf( '%s%s-%s-%s-%s-%s%s%s', str_split( bin2hex( random_bytes( 16 ) ), 4 ) );
}
function wp_get_comment_status( $id ) {
	return $GLOBALS['status'][ $id ];
}
function wp_set_comment_status( $id, $to ) {
	$GLOBALS['status'][ $id ] = $to;
}
function wp_spam_comment( $id ) {
	$GLOBALS['status'][ $id ] = 'spam';
}
function add_comment_meta( $id, $name, $value ) {
	$GLOBALS['meta'][ $id ][ $name ] = $value;
}
function delete_comment_meta( $id, $name ) {
	unset( $GLOBALS['meta'][ $id ][ $name ] );
}
function get_comments( $asked ) {
	$ids = array_keys( array_filter( $GLOBALS['meta'] ) );
	return array_map( fn( $id ) => (object) array( 'comment_ID' => $id ), array_slice( $ids, 0, $asked['number'] ) );
}
function wp_next_scheduled( $name ) {
	return $GLOBALS['cron'][ $name ] ?? false;
}
function wp_schedule_single_event( $when, $name ) {
	$GLOBALS['cron'][ $name ] = $when - time();
}

/** WordPress's own: the filter is asked first, and what it does not answer is sent. */
function wp_remote_request( $url, $args ) {
	$answer = $GLOBALS['filters']['pre_http_request']( false, $args, $url );
	if ( false !== $answer ) {
		return $answer;
	}
	$GLOBALS['sent'][] = array( 'url' => $url, 'args' => $args );
	if ( '127.0.0.1' !== parse_url( $url, PHP_URL_HOST ) ) {
		return array( 'headers' => array(), 'body' => 'elsewhere', 'response' => array( 'code' => 200 ) );
	}
	$http = array(
		'method'        => 'POST',
		'content'       => $args['body'],
		'timeout'       => $args['timeout'],
		'ignore_errors' => true,
		'header'        => 'Content-Type: application/x-www-form-urlencoded',
	);
	$body = @file_get_contents( $url, false, stream_context_create( array( 'http' => $http ) ) );
	if ( false === $body ) {
		return new WP_Error();
	}
	$headers = array();
	foreach ( $http_response_header as $line ) {
		if ( preg_match( '#^HTTP/\S+ (\d+)#', $line, $found ) ) {
			$code = (int) $found[1];
		} elseif ( strpos( $line, ':' ) ) {
			list( $name, $value )             = explode( ':', $line, 2 );
			$headers[ strtolower( $name ) ] = trim( $value );
		}
	}
	return array( 'headers' => $headers, 'body' => $body, 'response' => array( 'code' => $code ) );
}

class Akismet {
	public static function check_db_comment( $id ) {
		return $GLOBALS['said']['rechecks'][ $id ] ?? 'hold';
	}
}

require $argv[1];

$told = array();
foreach ( $said['steps'] as $step ) {
	if ( isset( $step['request'] ) ) {
		$args   = array( 'body' => $step['body'] ?? '', 'headers' => array( 'Host' => 'rest.akismet.com' ), 'timeout' => 15 );
		$told[] = wp_remote_request( $step['request'], $args );
	} elseif ( isset( $step['comment'] ) ) {
		$status[ $step['comment'] ] = $step['status'];
		( $filters['comment_post'] ?? fn() => null )( $step['comment'] );
	} elseif ( isset( $step['cron'] ) ) {
		$cron = array();
		( $filters['saring_follow_up'] )();
	}
}
echo json_encode( array(
	'told'    => array_map( fn( $answer ) => is_wp_error( $answer ) ? 'error' : $answer, $told ),
	'sent'    => $sent,
	'filters' => array_keys( $filters ),
	'status'  => (object) $status,
	'meta'    => (object) array_filter( $meta ),
	'cron'    => (object) $cron,
) );
